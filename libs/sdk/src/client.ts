import { integrationPath, proxyPath, redirectedPath } from './addresses.js';
import { Answers, type Json, REFUSAL_HEADER } from './answers.js';
import { LatchkeyError } from './errors.js';
import { type LatchkeyOptions, readOptions } from './options.js';
import { Malformed, readCredential, readIntegration, readPage } from './resources.js';
import { systemTiming, type Timing } from './timing.js';
import { Transport } from './transport.js';
import type { CallOptions, Credential, Integration, IntegrationFilters, ProxyInit } from './types.js';

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** One integration, for code that need not know which. Both functions may be taken off it. */
export interface BoundIntegration {
  readonly id: string;
  /** {@link Latchkey.fetch} of this integration. */
  fetch(path: string, init?: ProxyInit): Promise<Response>;
  /** {@link Latchkey.getCredential} of this integration. */
  getCredential(options?: CallOptions): Promise<Credential>;
}

/**
 * A program's way into Latchkey. One client serves any number of calls at the same time.
 *
 * Every method throws {@link LatchkeyError} for Latchkey's refusals and for calls without an answer, `TypeError` for
 * what the program itself got wrong, and the signal's reason when it was aborted.
 *
 * @example
 * ```ts
 * const latchkey = new Latchkey(); // LATCHKEY_URL and LATCHKEY_TOKEN
 * const response = await latchkey.fetch(integrationId, '/repos/acme/site/issues?state=open');
 * ```
 */
export class Latchkey {
  /** Where Latchkey is, without a slash at the end. */
  readonly url: string;
  readonly #transport: Transport;
  readonly #answers: Answers;

  /** @throws TypeError naming the option that is missing or cannot be used */
  constructor(options?: LatchkeyOptions);
  /** @internal */
  constructor(options: LatchkeyOptions, timing: Timing);
  constructor(options: LatchkeyOptions = {}, timing: Timing = systemTiming) {
    const settings = readOptions(options);
    this.url = settings.url;
    this.#transport = new Transport(settings, timing);
    this.#answers = new Answers(settings.token, () => timing.now());
  }

  /**
   * Calls a connected service, with the credential placed by Latchkey. It works as `fetch` does: whatever the service
   * answers is the `Response`, a 404 or 500 of its own too, and bodies stream both ways.
   *
   * GET, HEAD, OPTIONS, PUT and DELETE whose body can be sent again are repeated on 429, 502, 503, 504 and on network
   * errors, after what `Retry-After` says, or with growing, jittered waits.
   *
   * Needs the scope `proxy:call`.
   * @param path below the integration's own base URL, with its query; the host cannot be chosen
   */
  async fetch(integrationId: string, path: string, init: ProxyInit = {}): Promise<Response> {
    const { redirect = 'follow', ...rest } = init;
    if (redirect !== 'follow' && redirect !== 'manual') {
      throw new TypeError('`redirect` must be "follow" or "manual".');
    }
    let target = proxyPath(integrationId, path);
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#transport.send({ path: target, init: rest }, (answer) =>
        this.#passOn(answer),
      );
      const next = redirect === 'follow' ? this.#next(integrationId, response, init.method) : undefined;
      if (next === undefined) return response;
      await response.body?.cancel().catch(() => undefined);
      if (redirects === MOST_REDIRECTS) throw this.#endless(response);
      target = next;
    }
  }

  /**
   * The credential in the clear, fresh: Latchkey renews it first where it is about to end. Nothing is kept by the
   * client; ask each time, or again after `expiresAt`. Every read is audited.
   *
   * Needs the scope `credentials:read`.
   */
  async getCredential(integrationId: string, options: CallOptions = {}): Promise<Credential> {
    return this.#get(`${integrationPath(integrationId)}/credentials/value`, options, readCredential);
  }

  /** One integration. Needs the scope `integrations:read`. */
  async getIntegration(integrationId: string, options: CallOptions = {}): Promise<Integration> {
    return this.#get(integrationPath(integrationId), options, (data) => readIntegration(data.integration));
  }

  /**
   * The integrations the token may see, oldest first unless `sort` says otherwise. Pages are asked for as they are
   * needed.
   *
   * Needs the scope `integrations:read`.
   * @example
   * ```ts
   * for await (const { id, name } of latchkey.listIntegrations({ type: 'github' })) console.log(id, name);
   * ```
   */
  async *listIntegrations(
    filters: IntegrationFilters = {},
    options: CallOptions = {},
  ): AsyncGenerator<Integration, void, undefined> {
    const { perPage = 100, sort = 'created_at', status, type, category, team, q } = filters;
    const chosen = { status, type, category, team, q, sort, per_page: String(perPage) };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(chosen)) if (value !== undefined) query.set(name, value);
    for (let page = 1; ; page += 1) {
      query.set('page', String(page));
      const { integrations, isLast } = await this.#get(`/api/v1/integrations?${query}`, options, readPage);
      yield* integrations;
      if (isLast) return;
    }
  }

  /** One integration, for code that need not know which. */
  integration(id: string): BoundIntegration {
    integrationPath(id);
    return Object.freeze({
      id,
      fetch: (path: string, init?: ProxyInit) => this.fetch(id, path, init),
      getCredential: (options?: CallOptions) => this.getCredential(id, options),
    });
  }

  /** Without the token. */
  toJSON(): { url: string } {
    return { url: this.url };
  }

  async #get<T>(path: string, options: CallOptions, read: (data: Json) => T): Promise<T> {
    const { signal, timeoutMs, retries } = options;
    const init: ProxyInit = {
      headers: { accept: 'application/json' },
      ...(signal && { signal }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(retries !== undefined && { retries }),
    };
    return this.#transport.send({ path, init }, async (response) => {
      const data = await this.#answers.data(response);
      try {
        return read(data);
      } catch (error) {
        throw error instanceof Malformed ? this.#answers.unexpected(response) : error;
      }
    });
  }

  async #passOn(response: Response): Promise<Response> {
    if (response.headers.has(REFUSAL_HEADER)) throw await this.#answers.refusal(response);
    return response;
  }

  /** Where a redirect leads on; undefined when it is answered as it came. */
  #next(id: string, { status, headers }: Response, method = 'GET'): string | undefined {
    if (!REDIRECTS.has(status) || !/^(get|head)$/i.test(method)) return undefined;
    return redirectedPath(id, headers.get('location'));
  }

  #endless({ status, headers }: Response): LatchkeyError {
    return new LatchkeyError(`The service led on more than ${MOST_REDIRECTS} times.`, {
      code: 'TOO_MANY_REDIRECTS',
      status,
      requestId: headers.get('x-request-id'),
    });
  }
}

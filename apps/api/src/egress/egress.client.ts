import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy.js';
import { CONNECT_TIMEOUT_MS, ConnectionPools, type TlsSettings } from './connector.js';
import { EgressError, toEgressError } from './egress.error.js';
import { AddressGuard, GuardedSocket, type Resolve } from './guarded-socket.js';
import type { HostMap } from './host-map.js';
import { type Hop, redirectedHop, validHeaders, validMethod, validUrl } from './request-rules.js';
import { ACCEPTED_ENCODINGS, contentCodings, readBody } from './response-body.js';

export interface EgressRequest {
  method: string;
  /** http or https, without user name and password. */
  url: string | URL;
  /** Without Host, Content-Length, Transfer-Encoding, Connection and the like: the client decides those. */
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Default true. False accepts any certificate of the host named in `url`. */
  tlsVerify?: boolean;
  /** PEM; trusted instead of the public authorities, for the host named in `url`. */
  caCertificate?: string;
  /** PEM; shown to the origin of `url` only. */
  clientCertificate?: { cert: string; key: string; passphrase?: string };
  /** For the whole call with its redirects, in milliseconds; default 10000. */
  timeoutMs?: number;
  /** After decompression; default 1 MiB. */
  maxResponseBytes?: number;
  /** Default 3; with 0 a redirect is handed back as it came. */
  maxRedirects?: number;
  signal?: AbortSignal;
}

export interface EgressResponse {
  status: number;
  /** Lower-case names. Of a body that was decompressed, without Content-Encoding and Content-Length. */
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  durationMs: number;
  /** The address that answered, after redirects and before EGRESS_HOST_MAP. It may hold secrets in its query. */
  url: string;
}

export interface EgressPolicy {
  addresses: AddressPolicy;
  hosts: HostMap;
  /** Default false: http, which anybody on the way can read, only goes to places of EGRESS_HOST_MAP. */
  allowInsecureHttp?: boolean;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** A redirect's own body is read up to here, so that the connection can serve the next hop. */
const REDIRECT_BODY_BYTES = 16 * 1024;
const MAX_TIMEOUT_MS = 10 * 60_000;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The only way out of the program: HTTP calls and raw sockets that reach allowed addresses only. */
export class EgressClient {
  readonly #policy: EgressPolicy;
  readonly #guard: AddressGuard;
  readonly #pools: ConnectionPools;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(policy: EgressPolicy) {
    this.#policy = policy;
    this.#guard = new AddressGuard(policy.addresses, policy.resolve);
    this.#pools = new ConnectionPools(this.#guard);
  }

  /**
   * Makes one HTTP call. Every status is an answer, not an error.
   * @throws EgressError and nothing else.
   */
  async request(request: EgressRequest): Promise<EgressResponse> {
    const call = this.#call(request);
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  /**
   * An unconnected socket for other protocols. Its `connect(port, host)` resolves the name once, checks the
   * addresses and connects to one that is allowed, or emits an `error` that is an EgressError. Fits the
   * `stream` option of pg: `stream: () => egress.socket()`. Once connected it is the caller's: `close` of this
   * client leaves it alone.
   *
   * @param options timeoutMs: for look-up and connection; default 5000.
   */
  socket(options: { timeoutMs?: number } = {}): Socket {
    const timeoutMs = within('timeoutMs', options.timeoutMs ?? CONNECT_TIMEOUT_MS, 1, MAX_TIMEOUT_MS);
    return new GuardedSocket((host, port) => {
      const endpoint = this.#policy.hosts.rewriteEndpoint(host, port);
      return { ...endpoint, guard: endpoint.mapped ? undefined : this.#guard };
    }, timeoutMs);
  }

  /** Lets the calls under way finish and closes all pooled connections; later calls are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await this.#pools.destroy();
  }

  async #call(request: EgressRequest): Promise<EgressResponse> {
    const started = performance.now();
    const { signal, tlsVerify = true, caCertificate, clientCertificate } = request;
    const timeoutMs = within('timeoutMs', request.timeoutMs ?? 10_000, 1, MAX_TIMEOUT_MS);
    const limit = within('maxResponseBytes', request.maxResponseBytes ?? 1024 * 1024, 0, 2 ** 31);
    const maxRedirects = within('maxRedirects', request.maxRedirects ?? 3, 0, 20);
    let hop = firstHop(request);
    let tls: TlsSettings = { tlsVerify, caCertificate, clientCertificate };
    const deadline = new Deadline(timeoutMs, signal);
    try {
      for (let redirects = 0; ; redirects += 1) {
        const response = await this.#send(hop, tls, timeoutMs, deadline);
        const location = response.headers.location;
        const { statusCode: status, headers } = response;
        if (maxRedirects === 0 || !REDIRECTS.has(status) || typeof location !== 'string') {
          const codings = contentCodings(headers['content-encoding']);
          const body = await readBody(response.body, codings, limit, hop.url.host);
          return {
            status,
            headers: codings.length === 0 || body.length === 0 ? headers : withoutCoding(headers),
            body,
            durationMs: performance.now() - started,
            url: hop.url.href,
          };
        }
        await response.body.dump({ limit: REDIRECT_BODY_BYTES, signal: deadline.signal });
        if (redirects === maxRedirects) {
          throw new EgressError('bad_response', `${hop.url.host} redirects more than ${maxRedirects} times.`);
        }
        const next = redirectedHop(hop, status, location);
        tls = tlsSettingsFor(next.url, hop.url, tls);
        hop = next;
      }
    } catch (error) {
      throw deadline.error(hop.url.host) ?? toEgressError(error, hop.url.host);
    } finally {
      deadline.stop();
    }
  }

  async #send(
    hop: Hop,
    tls: TlsSettings,
    timeoutMs: number,
    deadline: Deadline,
  ): Promise<Dispatcher.ResponseData> {
    if (this.#closed) throw new EgressError('config', 'Latchkey is shutting down and makes no more calls.');
    const { url, mapped, host } = this.#policy.hosts.rewrite(hop.url);
    if (url.protocol === 'http:' && !mapped && this.#policy.allowInsecureHttp !== true) {
      throw new EgressError(
        'config',
        `${host} would be called over http, unencrypted. Use an https address.`,
      );
    }
    const agent = this.#pools.agent(tls, mapped ? hop.url.hostname.replace(/^\[(.*)\]$/, '$1') : undefined);
    deadline.answered = false;
    const answer = agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: hop.method,
      headers: {
        'user-agent': `Latchkey/${version}`,
        'accept-encoding': ACCEPTED_ENCODINGS,
        ...hop.headers,
        host,
      },
      body: hop.body,
      signal: deadline.signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    // undici rejects a cancelled call only once its connection stands or fails; it is never sent then.
    const response = await Promise.race([answer, deadline.passed]);
    deadline.answered = true;
    return response;
  }
}

/** For people: 0.15 seconds, 10 seconds. */
const seconds = (milliseconds: number): string => `${milliseconds / 1000} seconds`;

/** One clock for all hops of a call, and the caller's own signal. */
class Deadline {
  readonly signal: AbortSignal;
  /** Rejects when the signal fires, and never resolves. */
  readonly passed: Promise<never>;
  answered = false;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel: () => void;
  #expired = false;

  constructor(
    readonly timeoutMs: number,
    readonly callers?: AbortSignal,
  ) {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.signal = controller.signal;
    this.passed = promise;
    const end = () => {
      controller.abort();
      reject(controller.signal.reason);
    };
    this.#timer = setTimeout(() => {
      this.#expired = true;
      end();
    }, timeoutMs);
    this.#onCancel = end;
    // Not AbortSignal.any: what it makes lives as long as the caller's signal, which may be the program's own.
    callers?.addEventListener('abort', end, { once: true });
    if (callers?.aborted) end();
  }

  /** What to tell when the call ended through this deadline. */
  error(host: string): EgressError | undefined {
    if (this.#expired) {
      const what = this.answered ? 'finish its answer' : 'answer';
      return new EgressError('timeout', `${host} did not ${what} within ${seconds(this.timeoutMs)}.`);
    }
    if (this.callers?.aborted !== true) return undefined;
    return new EgressError('timeout', `The call to ${host} was cancelled.`, { cause: this.callers.reason });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.callers?.removeEventListener('abort', this.#onCancel);
  }
}

function firstHop({ method, url, headers = {}, body }: EgressRequest): Hop {
  return {
    method: validMethod(method),
    url: validUrl(url),
    headers: validHeaders(headers),
    body: body?.length ? body : undefined,
  };
}

/** Trust and certificates were given for one server: a client certificate is a credential of its origin. */
function tlsSettingsFor(to: URL, from: URL, tls: TlsSettings): TlsSettings {
  if (to.origin === from.origin) return tls;
  if (to.hostname !== from.hostname) return { tlsVerify: true };
  return { tlsVerify: tls.tlsVerify, caCertificate: tls.caCertificate };
}

function withoutCoding({
  'content-encoding': _coding,
  'content-length': _length,
  ...headers
}: EgressResponse['headers']): EgressResponse['headers'] {
  return headers;
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new EgressError('config', `${name} has to be a whole number from ${least} to ${most}.`);
}

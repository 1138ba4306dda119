import { LatchkeyError } from './errors.js';
import { readRetries, readTimeout, type Settings } from './options.js';
import { isPassing, isRepeatable, isStream, retryAfterMs, waitBefore } from './retries.js';
import { reasonOf, scrubbedError } from './scrub.js';
import { Deadline, sleep, type Timing } from './timing.js';
import type { ProxyInit } from './types.js';
import { Upload } from './upload.js';

/** One call, which may take several attempts. */
export interface Call {
  /** Begins with a slash; below the address of the installation. */
  path: string;
  init: ProxyInit;
}

type Read<T> = (response: Response) => Promise<T>;
type Attempted<T> = { value: T } | { waitMs: number };

/** Calls with their time limits, attempts and abort. It alone puts the token on the wire. */
export class Transport {
  readonly #settings: Settings;
  readonly #timing: Timing;

  constructor(settings: Settings, timing: Timing) {
    this.#settings = settings;
    this.#timing = timing;
  }

  /**
   * Makes the call until it succeeds, or has failed for good.
   * @param read takes the answer within the call's time
   * @throws LatchkeyError, TypeError for what fetch does not take, the signal's reason, what the caller's stream threw
   */
  async send<T>({ path, init }: Call, read: Read<T>): Promise<T> {
    const {
      retries = this.#settings.retries,
      timeoutMs = this.#settings.timeoutMs,
      body,
      signal,
      ...rest
    } = init;
    const url = this.#settings.url + path;
    const headers = this.#headers(init.headers);
    // Tells now, once and in fetch's own words, what cannot be sent at all.
    const { method } = new Request(url, { ...rest, headers });
    if ((method === 'GET' || method === 'HEAD') && body !== undefined && body !== null) {
      throw new TypeError(`A ${method} cannot have a body.`);
    }
    const plan = { ...rest, method, headers, body, redirect: 'manual' as const, signal };
    const limit = isRepeatable(method, body) ? readRetries(retries) : 0;
    const time = readTimeout(timeoutMs);
    for (let attempt = 0; ; attempt += 1) {
      signal?.throwIfAborted();
      const result = await this.#attempt(url, plan, read, { attempt, last: attempt >= limit, time });
      if ('value' in result) return result.value;
      await sleep(this.#timing, result.waitMs, signal);
    }
  }

  async #attempt<T>(
    url: string,
    { body, signal, ...init }: ProxyInit,
    read: Read<T>,
    { attempt, last, time }: { attempt: number; last: boolean; time: number },
  ): Promise<Attempted<T>> {
    const deadline = new Deadline(this.#timing, time);
    const upload = isStream(body) ? new Upload(body, () => deadline.restart()) : undefined;
    try {
      const response = await this.#settings.fetch(url, {
        ...init,
        ...(upload ? { body: upload.stream, duplex: 'half' } : { body: body as RequestInit['body'] }),
        signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      });
      const waitMs = last ? undefined : this.#waitAfter(response, attempt);
      if (waitMs === undefined) return { value: await read(response) };
      await response.body?.cancel().catch(() => undefined);
      return { waitMs };
    } catch (error) {
      upload?.release();
      if (signal?.aborted) throw signal.reason;
      if (upload?.failure && !deadline.signal.aborted) throw upload.failure.error;
      if (error instanceof LatchkeyError) throw error;
      if (last) throw deadline.signal.aborted ? this.#late(time) : this.#unreachable(error);
      return { waitMs: waitBefore(attempt, undefined, this.#timing)! };
    } finally {
      deadline.end();
    }
  }

  #waitAfter({ status, headers }: Response, attempt: number): number | undefined {
    if (!isPassing(status)) return undefined;
    return waitBefore(attempt, retryAfterMs(headers, this.#timing.now()), this.#timing);
  }

  #headers(callers: ProxyInit['headers']): Headers {
    const headers = new Headers(callers);
    if (headers.has('authorization')) {
      throw new TypeError('Leave the `authorization` header out: Latchkey places the credential.');
    }
    headers.set('authorization', `Bearer ${this.#settings.token}`);
    if (!headers.has('user-agent')) headers.set('user-agent', this.#settings.userAgent);
    return headers;
  }

  #late(time: number): LatchkeyError {
    return new LatchkeyError(`Latchkey did not answer within ${time} ms.`, { code: 'TIMEOUT' });
  }

  #unreachable(error: unknown): LatchkeyError {
    const cause = scrubbedError(error, this.#settings.token);
    const message = `Latchkey at ${this.#settings.url} could not be reached: ${reasonOf(cause).replace(/[.?]$/, '')}.`;
    return new LatchkeyError(message, { code: 'NETWORK_ERROR', cause });
  }
}

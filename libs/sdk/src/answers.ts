import { LatchkeyError } from './errors.js';
import { retryAfterMs } from './retries.js';
import { scrub } from './scrub.js';

/** Sent by Latchkey with its own refusals of a proxied call; from a service it never comes through. */
export const REFUSAL_HEADER = 'x-latchkey-error';

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What JSON.parse throws quotes the text, which may hold a credential: it is not passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads answers, and knows the token only to take it out of what they say. */
export class Answers {
  readonly #token: string;
  readonly #now: () => number;

  constructor(token: string, now: () => number) {
    this.#token = token;
    this.#now = now;
  }

  /** The `data` of a success. @throws LatchkeyError */
  async data(response: Response): Promise<Json> {
    if (!response.ok) throw await this.refusal(response);
    const body = parse(await response.text());
    if (!isObject(body) || body.success !== true || !isObject(body.data)) throw this.unexpected(response);
    return body.data;
  }

  /** A refusal as an error, whatever its body is. */
  async refusal(response: Response): Promise<LatchkeyError> {
    const text = await response.text().catch(() => '');
    const body = parse(scrub(text, this.#token));
    const error = isObject(body) && isObject(body.error) ? body.error : {};
    const code = typeof error.code === 'string' ? error.code : response.headers.get(REFUSAL_HEADER);
    if (code === null) return this.unexpected(response);
    const { message, details, request_id: requestId } = error;
    return new LatchkeyError(
      typeof message === 'string' ? message : `Latchkey refused the call with status ${response.status}.`,
      {
        code,
        ...this.#about(response),
        ...(isObject(details) && { details }),
        ...(typeof requestId === 'string' && { requestId }),
      },
    );
  }

  /** The answer is not one of Latchkey's. */
  unexpected(response: Response): LatchkeyError {
    const { status, headers } = response;
    const [type = 'no content type'] = /^[\w.+-]+\/[\w.+-]+/.exec(headers.get('content-type') ?? '') ?? [];
    const advice =
      status >= 300 && status < 400
        ? 'Redirects are not followed: give the final address as `url`.'
        : 'Check `url`, and what stands between here and Latchkey.';
    return new LatchkeyError(
      `The answer (status ${status}, ${type}) is not what Latchkey answers. ${advice}`,
      { code: 'UNEXPECTED_RESPONSE', ...this.#about(response) },
    );
  }

  #about({ status, headers }: Response): {
    status: number;
    requestId: string | null;
    retryAfter: number | null;
  } {
    const wait = retryAfterMs(headers, this.#now());
    return {
      status,
      requestId: headers.get('x-request-id'),
      retryAfter: wait === undefined ? null : Math.ceil(wait / 1000),
    };
  }
}

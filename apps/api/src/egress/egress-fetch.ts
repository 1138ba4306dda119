import type { EgressClient, EgressRequest } from './egress.client.js';
import { EgressError } from './egress.error.js';

export interface EgressFetchOptions extends Pick<
  EgressRequest,
  'timeoutMs' | 'maxResponseBytes' | 'maxRedirects' | 'tlsVerify' | 'caCertificate' | 'signal'
> {}

interface FetchInit {
  method?: string;
  headers?: unknown;
  body?: unknown;
  signal?: AbortSignal | null;
}

/** Statuses whose answer has no body (Fetch standard, section 2.2.3): a `Response` refuses one. */
const NULL_BODY = new Set([101, 103, 204, 205, 304]);
/** What the egress client decides itself. */
const FRAMING = new Set(['host', 'content-length', 'connection', 'expect', 'transfer-encoding']);

/**
 * `fetch` for the vendors' own clients (Octokit, Slack's, openid-client): their calls leave through egress and nowhere
 * else. By default no redirect is followed. Bodies are texts, bytes and forms; answers are whole.
 *
 * What it throws is an EgressError.
 */
export function egressFetch(egress: EgressClient, options: EgressFetchOptions = {}) {
  return async (url: string | URL, init: FetchInit = {}): Promise<Response> => {
    const signals = [options.signal, init.signal ?? undefined].filter((each) => each !== undefined);
    const body = bodyOf(init.body);
    const headers = headersOf(init.headers);
    if (init.body instanceof URLSearchParams && headers['content-type'] === undefined)
      headers['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
    const answer = await egress.request({
      maxRedirects: 0,
      ...options,
      method: init.method ?? 'GET',
      url,
      headers,
      body,
      signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0],
    });
    const response = new Response(NULL_BODY.has(answer.status) ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: flat(answer.headers),
    });
    // A `Response` that was made has no address of its own, and clients look at it.
    Object.defineProperty(response, 'url', { value: answer.url });
    return response;
  };
}

function headersOf(given: unknown): Record<string, string> {
  const entries = [...new Headers((given ?? {}) as Record<string, string>).entries()];
  return Object.fromEntries(entries.filter(([name]) => !FRAMING.has(name)));
}

function bodyOf(body: unknown): string | Buffer | undefined {
  if (body === undefined || body === null || typeof body === 'string') return body ?? undefined;
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new EgressError('config', 'Only a body that is whole can be sent.');
}

const flat = (headers: Record<string, string | string[] | undefined>): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === undefined
      ? []
      : Array.isArray(value)
        ? value.map((each): [string, string] => [name, each])
        : [[name, value]],
  );

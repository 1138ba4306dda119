import { EgressError } from './egress.error.js';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: visible characters, space, tab and the obsolete upper half of Latin-1. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
const METHOD = /^[A-Z][A-Z-]{0,31}$/;
/** CONNECT makes tunnels, TRACE echoes the credentials it is sent. */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);
/** What frames a message or belongs to one connection: RFC 9110, section 7.6.1 and RFC 9112, section 6. */
const RESERVED_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/** What is sent on one hop; `headers` have lower-case names. */
export interface Hop {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
}

/** @throws EgressError of kind config. The text is not repeated: it may hold a password. */
export function validUrl(input: string | URL): URL {
  const url = URL.parse(String(input));
  if (url === null) throw new EgressError('config', 'The address is not a valid URL.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressError('config', 'Only http and https addresses can be called.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError(
      'config',
      'The address holds a user name or password. Put them in their own fields.',
    );
  }
  url.hash = '';
  return url;
}

/** @throws EgressError of kind config. */
export function validMethod(input: string): string {
  const method = input.toUpperCase();
  if (!METHOD.test(method) || FORBIDDEN_METHODS.has(method)) {
    throw new EgressError('config', 'The method is not one that can be called.');
  }
  return method;
}

/**
 * Checks the caller's headers.
 * @returns them with lower-case names.
 * @throws EgressError of kind config that names the header, never its value.
 */
export function validHeaders(input: Record<string, string>): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(input)) {
    const lowerCase = name.toLowerCase();
    if (!TOKEN.test(name)) throw new EgressError('config', 'A header has a name that HTTP does not allow.');
    if (RESERVED_HEADERS.has(lowerCase)) {
      throw new EgressError('config', `The header ${lowerCase} cannot be set: the client decides it.`);
    }
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new EgressError(
        'config',
        `The value of the header ${lowerCase} has characters that HTTP does not allow.`,
      );
    }
    if (headers.has(lowerCase)) throw new EgressError('config', `The header ${lowerCase} is set twice.`);
    headers.set(lowerCase, value);
  }
  return Object.fromEntries(headers);
}

/**
 * The hop a redirect leads to (RFC 9110, section 15.4; methods change as the Fetch standard says, "HTTP-redirect
 * fetch"). Another origin gets neither the caller's body nor any header that could hold a credential.
 *
 * @throws EgressError of kind bad_response for a place that cannot be called, of kind blocked for https → http
 *   and for a body that would have to be sent to another origin.
 */
export function redirectedHop(hop: Hop, status: number, location: string): Hop {
  const from = hop.url;
  const url = URL.parse(location, from.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new EgressError('bad_response', `${from.host} redirects to an address that cannot be called.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError(
      'bad_response',
      `${from.host} redirects to an address with a user name or password in it.`,
    );
  }
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw new EgressError('blocked', `${from.host} redirects from https to http, which is not followed.`);
  }
  url.hash = '';
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD' && hop.method !== 'GET') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const body = becomesGet ? undefined : hop.body;
  const sameOrigin = url.origin === from.origin;
  if (!sameOrigin && body !== undefined) {
    throw new EgressError(
      'blocked',
      `${from.host} redirects the body of the call to ${url.host}, which is not sent there.`,
    );
  }
  const kept = Object.entries(hop.headers).filter(
    ([name]) => (sameOrigin || HARMLESS_HEADERS.has(name)) && !(becomesGet && name.startsWith('content-')),
  );
  return { method: becomesGet ? 'GET' : hop.method, url, headers: Object.fromEntries(kept), body };
}

/** One connection's own (RFC 9110, 7.6.1), and what older programs treat as such. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
]);

/** About the caller, its credentials at Latchkey, and the framing, which is made anew. */
const CALLERS_OWN = new Set([
  'authorization',
  'cf-connecting-ip',
  'client-ip',
  'content-length',
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'true-client-ip',
  'via',
  'x-client-ip',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-real-ip',
  'x-rewrite-url',
]);

/** What a provider says to the browser about its own origin, which ours is not. */
const PROVIDERS_OWN = new Set([
  'accept-ch',
  'age',
  'alt-svc',
  'clear-site-data',
  'expect-ct',
  'expires',
  'nel',
  'pragma',
  'public-key-pins',
  'public-key-pins-report-only',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'server-timing',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'sourcemap',
  'speculation-rules',
  'via',
  'x-sourcemap',
]);
const PROVIDERS_OWN_START =
  /^(access-control-|content-security-policy|cross-origin-|proxy-|sec-|strict-transport-security|x-forwarded-|x-latchkey-)/;
/**
 * Orders to a server or a cache in front of the provider, which one in front of Latchkey would take for its own: to serve a
 * file or an inner address instead (nginx, Apache, lighttpd, LiteSpeed, Perlbal), or to keep an answer for everybody
 * (RFC 9213, Surrogate-Control, Edge-Control).
 */
const TO_SERVERS_BEFORE =
  /^(x-accel-|x-sendfile|x-lighttpd-|x-litespeed-|x-reproxy-|surrogate-|edge-control$)|-cache-control$/;

type Values = Readonly<Record<string, string | string[] | undefined>>;

/** Servers behind CGI and WSGI read `X_Forwarded_For` as `X-Forwarded-For`. */
const canonical = (name: string): string => (name.includes('_') ? name.replaceAll('_', '-') : name);

/** Names that `Connection` declares to be of one connection. */
function namedInConnection(value: string | string[] | undefined): Set<string> | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return new Set(
    [value]
      .flat()
      .join(',')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
}

/** What browsers and `fetch` say of themselves begins with `sec-`. */
const CALLERS_OWN_START = /^(proxy-|sec-|x-forwarded)/;

const isCallersOwn = (name: string): boolean =>
  HOP_BY_HOP.has(name) || CALLERS_OWN.has(name) || CALLERS_OWN_START.test(name);

/** `fetch` sends `Accept` of anything unasked; a type's own says more. */
const saysNothing = (name: string, value: string | string[]): boolean => name === 'accept' && value === '*/*';

/**
 * The caller's headers as they go to the provider: without those of the connection, of the way here, and the
 * caller's own credentials; the type's own are added, and those that carry the credential replace any other.
 * @param callers with lower-case names, as Node reads them
 * @returns lower-case names
 */
export function requestHeaders(
  callers: Values,
  defaults: Record<string, string>,
  placed: Record<string, string>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(defaults)) headers[name.toLowerCase()] = value;
  const carriers: Record<string, string> = {};
  for (const [name, value] of Object.entries(placed)) carriers[name.toLowerCase()] = value;
  const connection = namedInConnection(callers.connection);
  for (const [name, value] of Object.entries(callers)) {
    const known = canonical(name);
    if (value === undefined || isCallersOwn(known) || connection?.has(name)) continue;
    if (Object.hasOwn(carriers, known) || (saysNothing(name, value) && name in headers)) continue;
    headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return Object.assign(headers, carriers);
}

/**
 * The provider's headers as they go to the caller: without those of the connection, cookies, and what is meant for
 * browsers. Content-Length stays.
 * @param provider with lower-case names
 */
export function responseHeaders(provider: Values): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const connection = namedInConnection(provider.connection);
  for (const [name, value] of Object.entries(provider)) {
    const known = canonical(name);
    if (value === undefined || HOP_BY_HOP.has(known) || PROVIDERS_OWN.has(known)) continue;
    if (PROVIDERS_OWN_START.test(known) || TO_SERVERS_BEFORE.test(known) || connection?.has(name)) continue;
    headers[name] = value;
  }
  return headers;
}

/** The origin of an http address that somebody typed, with https where they left it out; undefined for anything else. */
export function safeUrl(text: string): string | undefined {
  const typed = text.trim();
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!typed || !URL.canParse(full)) return undefined;
  const { protocol, origin, hostname } = new URL(full);
  return /^https?:$/.test(protocol) && hostname ? origin : undefined;
}

const LOCAL_NAME = /^(localhost|.*\.(localhost|local|internal|test|lan|home\.arpa))$/;
const LOCAL_V4 = /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|0\.)/;
const LOCAL_V6 = /^\[(::1?|f[cd].*|fe[89ab].*)\]$/;

/** Whether nobody on the internet can reach this host: what GitHub sends does not arrive there. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return LOCAL_NAME.test(host) || LOCAL_V4.test(host) || LOCAL_V6.test(host) || !/[.:]/.test(host);
}

export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

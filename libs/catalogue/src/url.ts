/** A request that cannot be built from the saved settings. `message` and `hint` never hold a value. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
  readonly kind = 'config';

  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

const UNSAFE = /[\s\\#\p{Cc}]/u;
const MAX_DECODINGS = 3;

function refusePath(): never {
  throw new ConfigurationError(
    'The path of the request is not safe',
    'Use a path that starts with / and has neither “..”, spaces, backslashes nor #.',
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return refusePath();
  }
}

/** Servers differ in how often they decode, so “..” is looked for at every level. */
function climbs(segment: string): boolean {
  let text = segment;
  for (let round = 0; round <= MAX_DECODINGS; round += 1) {
    if (text.split(/[/\\]/).some((part) => part === '..' || part === '.')) return true;
    const next = text.includes('%') ? decodedOrSame(text, round) : text;
    if (next === text) return false;
    text = next;
  }
  return true;
}

function decodedOrSame(text: string, round: number): string {
  if (round === 0) return decoded(text);
  try {
    return decodeURIComponent(text);
  } catch {
    // “%” was itself encoded: nothing more to decode.
    return text;
  }
}

function parseBase(base: string): URL {
  const url = UNSAFE.test(base) || !URL.canParse(base) ? undefined : new URL(base);
  const sound =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!sound) {
    throw new ConfigurationError(
      'The address of the service cannot be used',
      'Enter a URL such as https://service.example.com, without user name, password, ? or #.',
    );
  }
  return url;
}

/**
 * Joins a path (which may hold a query) to a base URL. The result has the base's origin and begins with its
 * path: neither “..” (encoded or not) nor “//host” leads out of it.
 * @param query added to the path's own query; replaces parameters of the same name
 * @throws ConfigurationError when base or path cannot be used
 */
export function joinUrl(base: string, path: string, query: Record<string, string> = {}): string {
  const url = parseBase(base);
  if (UNSAFE.test(path)) refusePath();
  const mark = path.indexOf('?');
  const [pathname, search] = mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark)];
  if (pathname.split('/').some(climbs)) refusePath();

  const prefix = url.pathname.replace(/\/+$/, '');
  const rest = pathname === '' || pathname.startsWith('/') ? pathname : `/${pathname}`;
  const joined = new URL(url.origin);
  joined.pathname = `${prefix}${rest}`;
  joined.search = search;
  for (const [name, value] of Object.entries(query)) joined.searchParams.set(name, value);
  if (joined.origin !== url.origin || !joined.pathname.startsWith(prefix)) refusePath();
  return joined.href;
}

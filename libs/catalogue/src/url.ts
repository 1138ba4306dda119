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

function decodedOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // “%” was itself encoded: nothing more to decode.
    return text;
  }
}

/** Some servers cut what follows a semicolon off a segment, and some cut spaces off. */
const DOTS = /(?:^|[/\\])\s*\.{1,2}\s*(?:[;/\\]|$)/;

/** Servers differ in how often they decode, so what is looked for is looked for at every level. */
function decodesToUnsafe(path: string): string | undefined {
  let text = path;
  for (let round = 0; round <= MAX_DECODINGS; round += 1) {
    if (DOTS.test(text)) return 'has “.” or “..” as a segment, plain or in percent codes';
    if (/\p{Cc}/u.test(text)) return 'has a control character, plain or in percent codes';
    const next = text.includes('%') ? decodedOrSame(text) : text;
    if (next === text) return undefined;
    text = next;
  }
  return 'has percent codes within percent codes';
}

/**
 * What is wrong with a path that shall be joined to a base: what servers, or proxies before them, might read as a
 * way out of it. Percent codes that are none of that stay as they are (GitLab wants %2F).
 * @returns words that go on after “the path …”; undefined when nothing is wrong
 */
export function pathProblem(path: string): string | undefined {
  if (UNSAFE.test(path)) return 'has a space, a backslash, a # or a control character';
  if (path.includes('%')) {
    // Not each segment for itself: a code never spans a slash.
    try {
      decodeURIComponent(path);
    } catch {
      return 'has a percent code that is not valid UTF-8';
    }
  }
  return decodesToUnsafe(path);
}

interface Base {
  origin: string;
  /** Without a slash at its end. */
  prefix: string;
}

/** Addresses are few and every call starts with one. They are settings and hold no secret. */
const bases = new Map<string, Base>();
const MOST_BASES = 1000;

function parseBase(base: string): Base {
  const known = bases.get(base);
  if (known) return known;
  const url = UNSAFE.test(base) || !URL.canParse(base) ? undefined : new URL(base);
  const sound =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!sound) {
    throw new ConfigurationError(
      'The address of the service cannot be used',
      'Enter a URL such as https://service.example.com, without user name, password, ? or #.',
    );
  }
  if (bases.size >= MOST_BASES) bases.clear();
  const parsed = { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
  bases.set(base, parsed);
  return parsed;
}

/** A base URL as the addresses below it start. @throws ConfigurationError when it cannot be used */
export function normalBase(base: string): string {
  const { origin, prefix } = parseBase(base);
  return `${origin}${prefix}`;
}

/**
 * Joins a path, without a query, to a base URL. The result has the base's origin and begins with its path.
 * @throws ConfigurationError when base or path cannot be used
 */
export function joinPath(base: string, path: string): URL {
  const { origin, prefix } = parseBase(base);
  if (path.includes('?') || pathProblem(path) !== undefined) refusePath();
  const rest = path === '' || path.startsWith('/') ? path : `/${path}`;
  const joined = new URL(`${origin}${prefix}${rest}`);
  const inside = joined.pathname === prefix || joined.pathname.startsWith(`${prefix}/`);
  if (joined.origin !== origin || joined.search !== '' || joined.hash !== '' || !inside) refusePath();
  return joined;
}

/**
 * Joins a path (which may hold a query) to a base URL. The result has the base's origin and begins with its
 * path: neither “..” (encoded or not) nor “//host” leads out of it.
 * @param query added to the path's own query; replaces parameters of the same name
 * @throws ConfigurationError when base or path cannot be used
 */
export function joinUrl(base: string, path: string, query: Record<string, string> = {}): string {
  if (UNSAFE.test(path)) refusePath();
  const mark = path.indexOf('?');
  const [pathname, search] = mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark)];
  const joined = joinPath(base, pathname);
  joined.search = search;
  for (const [name, value] of Object.entries(query)) joined.searchParams.set(name, value);
  return joined.href;
}

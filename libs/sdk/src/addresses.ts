const ID = /^[\w-]+$/;
/** `documents:batch` is a path, `https:…` and `x://…` are addresses. */
const ADDRESS = /^(https?:|[a-z][a-z\d+.-]*:\/)/i;
const DOT_SEGMENT = /^(\.|%2e){1,2}$/i;
/** Fetch drops some of them and writes others anew. */
const UNSENDABLE = /[\p{Cc}\p{Cs}]/u;

/** @throws TypeError for what cannot be one, so that it is no way to another route */
export function integrationPath(id: string): string {
  if (typeof id !== 'string' || !ID.test(id)) {
    throw new TypeError('The integration’s id must be a UUID, as the page of the integration shows it.');
  }
  return `/api/v1/integrations/${id}`;
}

/** What fetch would change or drop without a word, so that the service would be asked for something else. */
function problemOf(path: string): string | undefined {
  if (ADDRESS.test(path) || path.startsWith('//')) {
    return 'must be relative: the host is always that of the integration';
  }
  if (UNSENDABLE.test(path)) return 'has a control character or half a character; write it as a percent code';
  if (path.includes('\\')) return 'has a backslash; write it as %5C';
  if (path.includes('#')) return 'has a #, and what follows would not be sent; write it as %23';
  const [segments = ''] = path.split('?', 1);
  if (segments.split('/').some((segment) => DOT_SEGMENT.test(segment))) {
    return 'has “.” or “..” as a segment, which fetch would resolve before sending; write the path it leads to';
  }
  return undefined;
}

/**
 * Where a call through the proxy goes.
 * @param path below the integration's own base URL, with its query; the slash at its beginning may be left out. Empty, or
 *   only a query, for the base URL itself.
 * @throws TypeError when the service would not get what was asked for
 */
export function proxyPath(id: string, path: string): string {
  const base = `${integrationPath(id)}/proxy`;
  if (typeof path !== 'string') {
    throw new TypeError('The path must be a string, such as "/repos/acme/site?per_page=5".');
  }
  const problem = problemOf(path);
  if (problem !== undefined) throw new TypeError(`The path ${problem}.`);
  // Fetch cuts spaces off the end.
  const sent = path.replaceAll(' ', '%20');
  return /^([/?]|$)/.test(sent) ? base + sent : `${base}/${sent}`;
}

/**
 * Where a redirect leads, when that is within the same integration. Latchkey writes such a `Location` as an address of
 * its proxy, beginning with a slash. Others are not followed: a service could lead a program, with its token, to
 * another integration or another route of Latchkey.
 */
export function redirectedPath(id: string, location: string | null): string | undefined {
  const base = `${integrationPath(id)}/proxy`;
  if (!location?.startsWith(base)) return undefined;
  const path = location.slice(base.length).replace(/#.*/s, '');
  // Without the slash before it, as `proxyPath` has it: the service's own path may begin with a second one.
  return /^([/?]|$)/.test(path) && problemOf(path.replace(/^\//, '')) === undefined ? base + path : undefined;
}

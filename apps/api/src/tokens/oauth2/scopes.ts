import type { AuthWay } from '@latchkey/catalogue';

const MOST_SCOPES = 500;
const LONGEST_SCOPE = 300;

/**
 * Scopes of a token answer: a text with spaces or commas between them, or a list.
 * @returns null where the answer says nothing
 */
export function grantedScopes(value: unknown): string[] | null {
  const parts = typeof value === 'string' ? value.split(/[\s,]+/) : value;
  if (!Array.isArray(parts)) return null;
  const names = parts.filter(
    (each): each is string => typeof each === 'string' && each !== '' && each.length <= LONGEST_SCOPE,
  );
  return [...new Set(names)].slice(0, MOST_SCOPES);
}

/** OpenID Connect Core, 5.4: they say who somebody is, and servers name them otherwise in their answers or not at all. */
const IDENTITY = new Set(['openid', 'profile', 'email', 'address', 'phone']);
/** Section 11: what it is for is the refresh token, and many do not name it beside that. */
const OFFLINE = 'offline_access';

/**
 * Scopes that were asked for and not granted, as the way names them. A provider may name a scope otherwise, leave out
 * what another one brings along, or never tell of it.
 * @param granted null: as asked for (RFC 6749, section 5.1)
 * @param hasRefreshToken there is one among what was granted
 */
export function missingScopes(
  way: AuthWay,
  asked: string[],
  granted: string[] | null,
  hasRefreshToken = false,
): string[] {
  if (granted === null) return [];
  const scopes = way.oauth2?.scopes ?? [];
  const isTyped = way.oauth2?.from_config.scopes !== undefined;
  const names = new Set(granted);
  const isNamed = (name: string): boolean => {
    const others = scopes.find((scope) => scope.name === name)?.granted_as ?? [];
    return [name, ...others].some((each) => names.has(each));
  };
  const covered = new Set(scopes.filter(({ name }) => isNamed(name)).flatMap(({ covers }) => covers));
  const isReported = (name: string): boolean => {
    if (isTyped) return !IDENTITY.has(name) && !(name === OFFLINE && hasRefreshToken);
    return scopes.find((scope) => scope.name === name)?.reported !== false;
  };
  return asked.filter((name) => isReported(name) && !isNamed(name) && !covered.has(name));
}

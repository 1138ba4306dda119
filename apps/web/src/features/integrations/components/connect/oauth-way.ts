import type { AuthMode, Integration, IntegrationType, OAuthInfo, OAuthScope } from '../../api/types';

/** A way to authenticate by consent at the provider. */
export type OAuthWay = AuthMode & { oauth: OAuthInfo };

export const isOAuthWay = (mode: AuthMode | undefined): mode is OAuthWay =>
  mode?.flow === 'oauth' && mode.oauth !== null;

/** The way of an integration, when it is one by consent. */
export function oauthWayOf(
  type: IntegrationType | undefined,
  { auth_mode: authMode }: Integration,
): OAuthWay | undefined {
  const mode = type?.auth_modes.find(({ id }) => id === authMode);
  return isOAuthWay(mode) ? mode : undefined;
}

/** Whom the person meets there; a generic type has no name to call it by. */
export function providerName({ id, name }: Pick<IntegrationType, 'id' | 'name'>): string {
  return id.startsWith('generic_') ? 'the service' : name;
}

/** What is ticked to begin with, and what a choice becomes: what is needed is always in it. */
export function scopesFrom(scopes: OAuthScope[], chosen: string[] | undefined): string[] {
  return scopes
    .filter(({ name, required, default: byDefault }) => required || (chosen?.includes(name) ?? byDefault))
    .map(({ name }) => name);
}

/** What the server is asked for; nothing where there is nothing to choose. */
export function askedScopes(scopes: OAuthScope[], chosen: string[] | undefined): string[] | undefined {
  return scopes.length === 0 ? undefined : scopesFrom(scopes, chosen);
}

/** From so many on the list is cut to what is usual. */
const MANY = 8;

/** What is shown at first: all, or of many those that are ticked by default or were chosen. */
export function usualScopes(scopes: OAuthScope[], chosen: string[] | undefined): OAuthScope[] {
  if (scopes.length < MANY) return scopes;
  const usual = scopes.filter(
    ({ name, required, default: byDefault }) => required || byDefault || chosen?.includes(name),
  );
  return usual.length > 0 ? usual : scopes;
}

export const sentenceStart = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

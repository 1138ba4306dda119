import type { AuthWay } from '@latchkey/catalogue';
import type { CredentialFields } from '../credential-fields.js';
import type { NewCredential } from '../credentials.service.js';
import type { TokenGrant } from './token-grant.js';
import type { OAuthMetadata } from './token-standing.js';

/** What a consent brought, and what it belongs to. */
export interface Consent {
  grant: TokenGrant;
  /** What else is sealed with the tokens: a client of the organisation's own, other fields of the way. */
  fields: CredentialFields;
  client: 'installation' | 'own';
  scopesAsked: string[];
  /** Milliseconds since the epoch. */
  now: number;
  /** From 0 to 1. */
  random: number;
  /** The credential it takes the place of. */
  previous?: { fields: CredentialFields; oauth: OAuthMetadata | undefined };
}

const TOKEN_FIELDS = ['access_token', 'refresh_token', 'token_type'];
/** Longer than any token lives: what is said to live longer has no known end. */
const LONGEST_LIFETIME_S = 10 * 365 * 86_400;
const LONGEST_JITTER_S = 600;

/** What a credential holds besides tokens. */
export const withoutTokens = (fields: CredentialFields): CredentialFields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !TOKEN_FIELDS.includes(name)));

/** Seconds; undefined: no end is known. */
function lifetimeOf({ oauth2 }: AuthWay, { lifetimeSeconds }: TokenGrant): number | undefined {
  const lifetime = lifetimeSeconds ?? oauth2?.assumed_lifetime_seconds;
  if (lifetime === undefined || !(lifetime > 0) || lifetime > LONGEST_LIFETIME_S) return undefined;
  return lifetime;
}

/** How long before its end a token is refreshed, in milliseconds. */
function marginOf({ oauth2 }: AuthWay, lifetime: number): number {
  return Math.min(oauth2?.refresh_margin_seconds ?? 0, lifetime / 5) * 1000;
}

/** How much earlier at most, in milliseconds: what came together, as after an outage, is spread, and soon comes apart. */
const jitterOf = (lifetime: number): number => Math.min(LONGEST_JITTER_S, lifetime / 20) * 1000;

/** True when there is something to refresh with. */
export const isRefreshable = ({ oauth2 }: AuthWay, { refresh_token: token }: CredentialFields): boolean =>
  oauth2?.refresh !== 'none' && typeof token === 'string' && token !== '';

/** A refresh token without a new one in the answer stays good; of another account it would change whom we speak for. */
function keptRefreshToken({ grant, fields, previous }: Consent): CredentialFields[string] | undefined {
  const id = grant.account?.id;
  const sameAccount = id !== undefined && id === previous?.oauth?.account?.id;
  const sameClient = previous?.fields.client_id === fields.client_id;
  return sameAccount && sameClient ? previous?.fields.refresh_token : undefined;
}

function times(
  way: AuthWay,
  grant: TokenGrant,
  { refreshable, random, before = null }: { refreshable: boolean; random: number; before?: number | null },
) {
  const lifetime = lifetimeOf(way, grant) ?? before ?? undefined;
  if (lifetime === undefined) return { lifetime: null, expiresAt: null, refreshAt: null };
  const end = grant.receivedAt + lifetime * 1000;
  return {
    lifetime,
    expiresAt: new Date(end),
    refreshAt: refreshable ? new Date(end - marginOf(way, lifetime) - random * jitterOf(lifetime)) : null,
  };
}

/** The credential that a person's consent makes. */
export function credentialOfGrant(way: AuthWay, consent: Consent): NewCredential {
  const { grant, scopesAsked, client, now, random } = consent;
  const refreshToken = grant.refreshToken ?? keptRefreshToken(consent);
  const fields = {
    ...withoutTokens(consent.fields),
    access_token: grant.accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  };
  const refreshable = isRefreshable(way, fields);
  const { lifetime, expiresAt, refreshAt } = times(way, grant, { refreshable, random });
  const oauth: OAuthMetadata = {
    scopes_asked: scopesAsked,
    scopes_granted: grant.scopes,
    account: grant.account,
    connected_at: new Date(now).toISOString(),
    lifetime_seconds: lifetime,
    refreshable,
    client,
    failure: null,
    uncertain_since: null,
  };
  return {
    credentialType: way.credential_type,
    fields,
    expiresAt,
    refreshAt,
    oauth,
    // Its issuer has just made it.
    proven: true,
  };
}

/** What is known of tokens that were stored without it: they were brought from elsewhere. */
export const oauthOf = (
  stored: OAuthMetadata | undefined,
  way: AuthWay,
  fields: CredentialFields,
  now: number,
): OAuthMetadata =>
  stored ?? {
    scopes_asked: [],
    scopes_granted: null,
    account: null,
    connected_at: new Date(now).toISOString(),
    lifetime_seconds: null,
    refreshable: isRefreshable(way, fields),
    client: fields.client_id === undefined ? 'installation' : 'own',
    failure: null,
    uncertain_since: null,
  };

/** The credential that a refresh makes of the one before. */
export function credentialOfRefresh(
  way: AuthWay,
  grant: TokenGrant,
  before: { fields: CredentialFields; oauth: OAuthMetadata; random: number },
): NewCredential & { refreshAt: Date | null; oauth: OAuthMetadata } {
  const fields = {
    ...before.fields,
    access_token: grant.accessToken,
    ...(grant.refreshToken !== undefined && { refresh_token: grant.refreshToken }),
  };
  const refreshable = isRefreshable(way, fields);
  // Where a refresh does not say how long its token lives, it is as long as the one before.
  const { lifetime, expiresAt, refreshAt } = times(way, grant, {
    refreshable,
    random: before.random,
    before: before.oauth.lifetime_seconds,
  });
  const { refusals: _refusals, ...known } = before.oauth;
  const oauth: OAuthMetadata = {
    ...known,
    scopes_granted: grant.scopes ?? known.scopes_granted,
    lifetime_seconds: lifetime,
    refreshable,
    failure: null,
    uncertain_since: null,
  };
  return { credentialType: way.credential_type, fields, expiresAt, refreshAt, oauth, proven: true };
}

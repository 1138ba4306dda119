import type { CredentialType } from '@latchkey/catalogue';
import type { SealedCredential } from '../../tokens/credentials.service.js';
import { DERIVATIONS } from '../../tokens/derivations/derivations.js';
import type { TokenHealthDto } from './token.dto.js';
import { tokenStatus } from './token-status.js';

/** Something short-lived is made from it, and can be made anew at any time. */
export const isDerived = (credentialType: string): boolean =>
  DERIVATIONS[credentialType as CredentialType]?.renewable ?? false;

const NOTHING: TokenHealthDto = {
  status: 'none',
  state: null,
  expires_at: null,
  last_refreshed_at: null,
  next_refresh_at: null,
  refreshable: false,
  refresh_failures: 0,
  last_error: null,
  scopes_asked: [],
  scopes_granted: null,
  account: null,
  connected_at: null,
  client: null,
};

/**
 * How a stored credential stands; nothing of it is opened.
 * @param needsReauth the service refused it, and only a person helps
 * @param now milliseconds since the epoch
 */
export function tokenHealth(
  credential: SealedCredential | null,
  needsReauth: boolean,
  now: number,
): TokenHealthDto {
  if (!credential) return NOTHING;
  const { credentialType, state, expiresAt, fieldNames, metadata, refreshFailures, leaseUntil } = credential;
  const { oauth } = metadata;
  const isOAuth = credentialType === 'oauth2';
  const hasToken = fieldNames.includes('access_token');
  const refreshable =
    state !== 'revoked' && (isOAuth ? (oauth?.refreshable ?? false) : isDerived(credentialType));
  const isRefreshing = state === 'refreshing' && leaseUntil !== null && leaseUntil.getTime() > now;
  const facts = { credentialType, state, expiresAt, hasToken, refreshable, refreshFailures, needsReauth };
  return {
    status: isRefreshing ? 'refreshing' : tokenStatus(facts, now),
    state,
    expires_at: expiresAt,
    last_refreshed_at: credential.refreshedAt,
    next_refresh_at: credential.refreshAt,
    refreshable,
    refresh_failures: refreshFailures,
    last_error: errorOf(oauth?.failure),
    scopes_asked: oauth?.scopes_asked ?? [],
    scopes_granted: oauth?.scopes_granted ?? null,
    account: oauth?.account ? { id: oauth.account.id ?? null, name: oauth.account.name ?? null } : null,
    connected_at: oauth ? new Date(oauth.connected_at) : null,
    client: isOAuth ? (oauth?.client ?? (fieldNames.includes('client_id') ? 'own' : 'installation')) : null,
  };
}

type Failure = NonNullable<SealedCredential['metadata']['oauth']>['failure'];

function errorOf(failure: Failure | undefined): TokenHealthDto['last_error'] {
  if (!failure) return null;
  const { code = null, kind, reason, hint, at } = failure;
  return { code, kind, reason, hint, at: new Date(at) };
}

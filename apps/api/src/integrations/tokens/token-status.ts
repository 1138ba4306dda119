import type { CredentialState } from '../../tokens/credential-lifecycle.js';

export const TOKEN_STATUSES = ['none', 'valid', 'expiring', 'expired', 'revoked', 'unauthorized'] as const;
export type TokenStatus = (typeof TOKEN_STATUSES)[number];

/** What each means, for the document. */
export const TOKEN_STATUS_MEANING =
  '`none`: no end is known of it; `valid`: it lasts longer than a day or renews itself; `expiring`: it ends within a day ' +
  'and does not renew itself, or that has been failing; `expired`: it has ended; `revoked`: it was withdrawn or is refused; ' +
  '`unauthorized`: nobody has consented at the provider yet.';

export interface TokenFacts {
  credentialType: string | null;
  state: CredentialState | null;
  expiresAt: Date | null;
  /** Of kind `oauth2`: somebody has consented. */
  hasToken: boolean;
  /** There is something to refresh it with. */
  refreshable: boolean;
  /** In a row. */
  refreshFailures: number;
  /** The service refused it, and only a person helps. */
  needsReauth: boolean;
}

/** How long before its end a token counts as expiring. */
const EXPIRING_MS = 24 * 3_600_000;

/** @param now milliseconds since the epoch */
export function tokenStatus(facts: TokenFacts, now: number): TokenStatus {
  const { credentialType, state, expiresAt, hasToken, refreshable, refreshFailures, needsReauth } = facts;
  if (state === 'revoked') return 'revoked';
  if (credentialType === 'oauth2' && !hasToken) return 'unauthorized';
  if (state === 'expired') return 'expired';
  const hasEnded = expiresAt !== null && expiresAt.getTime() <= now;
  if (credentialType === 'oauth2' && needsReauth && !hasEnded) return 'revoked';
  if (!expiresAt) return credentialType === 'oauth2' ? 'valid' : 'none';
  const left = expiresAt.getTime() - now;
  if (left <= 0) return 'expired';
  const renewsItself = refreshable && refreshFailures === 0;
  return left <= EXPIRING_MS && !renewsItself ? 'expiring' : 'valid';
}

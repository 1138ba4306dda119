import { type CredentialState, step } from '../credential-lifecycle.js';
import type { LeasedRow } from './token-leases.repository.js';

/** Of a credential that is being refreshed. */
export function stateAfter(
  event: 'refreshed' | 'refresh_failed' | 'revoked',
  row: LeasedRow,
): CredentialState {
  const next = step('refreshing', event, row.has_previous);
  if (!next) throw new Error(`${event} means nothing while a credential is refreshed`);
  return next.state;
}

/** The token may have ended meanwhile. @param now milliseconds since the epoch */
export function stateAfterFailure(row: LeasedRow, now: number): CredentialState {
  const state = stateAfter('refresh_failed', row);
  const ended = row.expires_at !== null && row.expires_at.getTime() <= now;
  return (ended && step(state, 'expired', row.has_previous)?.state) || state;
}

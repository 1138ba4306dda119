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

/** By its own time. @param now milliseconds since the epoch */
export const hasEnded = ({ expires_at: end }: Pick<LeasedRow, 'expires_at'>, now: number): boolean =>
  end !== null && end.getTime() <= now;

/**
 * The token may have ended meanwhile.
 * @param now milliseconds since the epoch
 * @param useless it counts as ended, whatever its time
 */
export function stateAfterFailure(row: LeasedRow, now: number, useless = false): CredentialState {
  const state = stateAfter('refresh_failed', row);
  return ((useless || hasEnded(row, now)) && step(state, 'expired', row.has_previous)?.state) || state;
}

import type { NewCredential } from '../credentials.service.js';
import type { FailedRefresh } from './refresh-failure.js';
import type { RefreshOutcome } from './refusals.js';
import type { LeasedRow, RefreshCause, TokenEvent } from './token-leases.repository.js';
import type { TokenFailure, TokenStanding } from './token-standing.js';

interface Begun {
  row: LeasedRow;
  cause: RefreshCause;
  /** How long it has taken so far, in milliseconds. */
  elapsed: () => number;
}

const FAILURES: Partial<Record<RefreshOutcome, TokenEvent['kind']>> = {
  dead: 'revoked',
  given_up: 'refused',
};

/** There is another token. */
export const refreshed = ({ cause, elapsed }: Begun, made: NewCredential, at: Date): TokenEvent => ({
  at,
  kind: 'refreshed',
  cause,
  message: 'The token was refreshed',
  errorCode: null,
  durationMs: elapsed(),
  expiresAt: made.expiresAt,
});

/** It did not come. */
export const failed = (
  { cause, row, elapsed }: Begun,
  { outcome, failure }: FailedRefresh,
  at: Date,
): TokenEvent => ({
  at,
  kind: FAILURES[outcome] ?? 'refresh_failed',
  cause,
  message: failure.reason,
  errorCode: failure.code ?? failure.kind,
  durationMs: elapsed(),
  expiresAt: row.expires_at,
});

/** The one there is has ended, and there is nothing to bring another with. */
export const ended = (
  { expiresAt }: TokenStanding,
  { reason }: TokenFailure,
  cause: RefreshCause,
  at: Date,
): TokenEvent => ({
  at,
  kind: 'refused',
  cause,
  message: reason,
  errorCode: null,
  durationMs: null,
  expiresAt,
});

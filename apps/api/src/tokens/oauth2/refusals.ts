import { type TokenOutcome, TokenRequestError } from './token-errors.js';
import type { Refusals } from './token-standing.js';

/** How a refresh failed; `given_up`: it was refused for so long that only a new consent is left to try. */
export type RefreshOutcome = TokenOutcome | 'given_up';

const HOUR_MS = 3_600_000;
/** So often, and for so long, an answer that says nothing we know has to be given before it is taken for the last word. */
const ENOUGH = 8;
const LONG_ENOUGH_MS = 6 * HOUR_MS;

/** True where the provider answered and did not want to, and not only because its address or the way to ask is another. */
export const isRefusal = (error: unknown): error is TokenRequestError =>
  error instanceof TokenRequestError &&
  error.outcome === 'refused' &&
  error.kind !== 'not_found' &&
  error.code !== 'unsupported_grant_type';

/** What was refused since the last refresh that worked; a provider that was away in between has said nothing. */
export const withAnother = (
  before: Refusals | undefined,
  { now, tokenRefused }: { now: number; tokenRefused: boolean },
): Refusals => ({
  count: (before?.count ?? 0) + 1,
  since: before?.since ?? new Date(now).toISOString(),
  token_refused: tokenRefused || (before?.token_refused ?? false),
});

export const areFinal = ({ count, since }: Refusals, now: number): boolean =>
  count >= ENOUGH && now - Date.parse(since) >= LONG_ENOUGH_MS;

export const hoursOf = ({ since }: Refusals, now: number): number =>
  Math.floor((now - Date.parse(since)) / HOUR_MS);

import type { RefreshOutcome } from './refusals.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A refused client is not asked for again and again: the provider would lock it. */
const CLIENT_CALLERS = 10 * MINUTE;
/** Who waits for a token that has ended is not kept from it for longer, once its issuer is back. */
const LONGEST_FOR_CALLERS = 30_000;
/** Spreads what failed together. */
const JITTER = 0.2;

export interface Pauses {
  /** Until the schedule tries again while the token lives. */
  schedule: number;
  /** How long callers get the failure at once, where the token has ended. */
  callers: number;
}

/**
 * How long nobody asks again after a refresh that failed, in milliseconds.
 * @param failures in a row, this one included
 * @param random from 0 to 1
 */
export function pausesAfter(
  outcome: RefreshOutcome,
  failures: number,
  retryAfterSeconds: number | undefined,
  random: number,
): Pauses {
  const spread = 1 + JITTER * (2 * random - 1);
  const doubled = 2 ** Math.min(failures - 1, 30);
  if (outcome === 'client_refused')
    return { schedule: Math.min(HOUR * doubled, DAY) * spread, callers: CLIENT_CALLERS };
  const asked = Math.min((retryAfterSeconds ?? 0) * 1000, DAY);
  return {
    schedule: Math.max(Math.min(1000 * doubled, HOUR) * spread, asked),
    callers: Math.max(Math.min(1000 * doubled, LONGEST_FOR_CALLERS) * spread, asked),
  };
}

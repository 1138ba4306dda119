/** Upper bounds in milliseconds of the histogram's counts; the last count is of what took longer. */
export const LATENCY_BOUNDS = [10, 25, 50, 100, 250, 500, 1000, 2500, 5000] as const;
/** What one row of usage stands for. */
export const BUCKET_MS = 5 * 60_000;

/** What a provider said of its limit with its last answer. */
export interface RateLimitLeft {
  limit: number | null;
  remaining: number;
  resetAt: Date | null;
}

export interface ProxiedCall {
  /** Until the headers of the answer, or until there was none. */
  ms: number;
  outcome: 'answered' | 'failed' | 'throttled';
  rateLimit?: RateLimitLeft | undefined;
}

/** Counts of one integration in one span of time. */
export interface Tally {
  calls: number;
  errors: number;
  throttled: number;
  reads: number;
  latencySum: number;
  latencyMax: number;
  histogram: number[];
  rateLimit: RateLimitLeft | undefined;
}

export function emptyTally(): Tally {
  return {
    calls: 0,
    errors: 0,
    throttled: 0,
    reads: 0,
    latencySum: 0,
    latencyMax: 0,
    histogram: Array.from({ length: LATENCY_BOUNDS.length + 1 }, () => 0),
    rateLimit: undefined,
  };
}

export function addCall(tally: Tally, { ms, outcome, rateLimit }: ProxiedCall): void {
  const whole = Math.max(0, Math.round(ms));
  const found = LATENCY_BOUNDS.findIndex((bound) => whole <= bound);
  tally.calls += 1;
  tally.latencySum += whole;
  tally.latencyMax = Math.max(tally.latencyMax, whole);
  tally.histogram[found === -1 ? LATENCY_BOUNDS.length : found]! += 1;
  if (outcome === 'failed') tally.errors += 1;
  if (outcome === 'throttled') tally.throttled += 1;
  if (rateLimit) tally.rateLimit = rateLimit;
}

/** Adds counts that could not be written to those that came since. */
export function addTally(tally: Tally, older: Tally): void {
  tally.calls += older.calls;
  tally.errors += older.errors;
  tally.throttled += older.throttled;
  tally.reads += older.reads;
  tally.latencySum += older.latencySum;
  tally.latencyMax = Math.max(tally.latencyMax, older.latencyMax);
  for (const [index, count] of older.histogram.entries()) tally.histogram[index]! += count;
  tally.rateLimit ??= older.rateLimit;
}

/**
 * The time within which a share of the calls was answered, read from the histogram: within one of its spans the
 * calls are taken to be spread evenly.
 * @param share from 0 to 1
 * @param longest what the last span ends with
 * @returns whole milliseconds; null when there was no call
 */
export function percentile(histogram: number[], share: number, longest: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rest = share * total;
  for (const [index, count] of histogram.entries()) {
    const from = index === 0 ? 0 : LATENCY_BOUNDS[index - 1]!;
    const to = Math.max(Math.min(LATENCY_BOUNDS[index] ?? longest, longest), from);
    if (count > 0 && rest <= count) return Math.round(from + (to - from) * (rest / count));
    rest -= count;
  }
  return longest;
}

import type { RateLimit, ResetFormat } from './manifest.js';

/** Lower-case name → value. */
export type HeaderMap = ReadonlyMap<string, string>;

/** A provider (or someone playing one) cannot park an integration for longer than a day. */
const LONGEST_WAIT_SECONDS = 86_400;
const UNIT_SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Durations as Go writes them: `6m0s`, `1.5s`, `200ms`. */
function fromDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0);
  }
  return seconds;
}

function fromDate(text: string, now: number): number | undefined {
  // Date.parse reads a lone number as a year.
  const time = /[a-zA-Z:-]/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : (time - now) / 1000;
}

function fromNumber(text: string, read: (value: number) => number): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? read(Number(text)) : undefined;
}

function guess(text: string, now: number): number | undefined {
  const number = fromNumber(text, (value) => {
    if (value >= 1e12) return (value - now) / 1000;
    return value >= 1e9 ? value - now / 1000 : value;
  });
  return number ?? fromDuration(text) ?? fromDate(text, now);
}

const READERS: Record<ResetFormat, (text: string, now: number) => number | undefined> = {
  auto: guess,
  epoch_seconds: (text, now) => fromNumber(text, (value) => value - now / 1000),
  epoch_milliseconds: (text, now) => fromNumber(text, (value) => (value - now) / 1000),
  delta_seconds: (text) => fromNumber(text, (value) => value),
  delta_milliseconds: (text) => fromNumber(text, (value) => value / 1000),
  duration: fromDuration,
  iso8601: fromDate,
  http_date: fromDate,
};

/**
 * Reads when a limit comes back.
 * @param now milliseconds since the epoch
 * @returns whole seconds from now, 0 to 86,400; undefined when the text is not of that format
 */
export function secondsUntilReset(text: string, format: ResetFormat, now: number): number | undefined {
  const seconds = READERS[format](text.trim(), now);
  return seconds === undefined ? undefined : Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_WAIT_SECONDS);
}

/** Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfter(limit: RateLimit, headers: HeaderMap, now: number): number | undefined {
  const text = headers.get((limit.headers.retry_after ?? 'retry-after').toLowerCase());
  if (text === undefined) return undefined;
  return secondsUntilReset(text, 'delta_seconds', now) ?? secondsUntilReset(text, 'http_date', now);
}

/** How long to wait after a throttled answer: Retry-After first, then the provider's own reset header. */
export function throttledFor(limit: RateLimit, headers: HeaderMap, now: number): number | undefined {
  const reset = limit.headers.reset && headers.get(limit.headers.reset.toLowerCase());
  return (
    retryAfter(limit, headers, now) ?? (reset ? secondsUntilReset(reset, limit.reset_format, now) : undefined)
  );
}

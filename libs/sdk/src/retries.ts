import type { Timing } from './timing.js';

const BASE_MS = 250;
const MOST_MS = 8000;
/** A longer wait is the caller's to decide on: it gets the answer, with `Retry-After`, at once. */
const LONGEST_WAIT_MS = 60_000;

/** RFC 9110, 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const PASSING = new Set([429, 502, 503, 504]);

/** @returns whether an answer with this status may be another one in a moment */
export const isPassing = (status: number): boolean => PASSING.has(status);

/** A body that is read once and cannot be sent again. */
export function isStream(body: unknown): body is AsyncIterable<Uint8Array | string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** @returns whether the call may be made twice */
export const isRepeatable = (method: string, body: unknown): boolean =>
  IDEMPOTENT.has(method) && !isStream(body);

function parseDate(value: string): number {
  // Of the three forms of RFC 9110, 5.6.7 the oldest does not say that it is in GMT.
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
}

/** What `Retry-After` asks for, in milliseconds; a date in the past is 0. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2,8},? /.test(value) ? parseDate(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * How long to wait before the next attempt: exponential, with full jitter, so that programs that failed together do
 * not come back together; never less than the server asked for.
 * @param attempt those made before, from 0
 * @returns undefined when the server asks for more than is waited for
 */
export function waitBefore(attempt: number, asked: number | undefined, timing: Timing): number | undefined {
  if (asked !== undefined && asked > LONGEST_WAIT_MS) return undefined;
  const most = asked === undefined ? Math.min(MOST_MS, BASE_MS * 2 ** attempt) : BASE_MS;
  return (asked ?? 0) + Math.round(timing.random() * most);
}

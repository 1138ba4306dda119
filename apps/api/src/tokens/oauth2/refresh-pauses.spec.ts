import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pausesAfter } from './refresh-pauses.js';
import type { TokenOutcome } from './token-errors.js';

const HOUR = 3_600_000;
const outcomes = fc.constantFrom<TokenOutcome>('refused', 'unavailable', 'malformed');
const failures = fc.integer({ min: 1, max: 10_000 });
const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the pause after a refresh that failed', () => {
  it('doubles from a second, to an hour for the schedule and half a minute for who waits', () => {
    const after = (count: number) => pausesAfter('unavailable', count, undefined, 0.5);
    expect([1, 2, 3, 6].map((count) => after(count))).toEqual(
      [1, 2, 4, 30].map((callers, index) => ({
        schedule: [1, 2, 4, 32][index]! * 1000,
        callers: callers * 1000,
      })),
    );
    expect(after(40)).toEqual({ schedule: HOUR, callers: 30_000 });
  });

  it('is spread, never longer than it may be, and never none', () => {
    fc.assert(
      fc.property(outcomes, failures, random, (outcome, count, chance) => {
        const { schedule, callers } = pausesAfter(outcome, count, undefined, chance);
        expect(schedule).toBeGreaterThanOrEqual(800);
        expect(schedule).toBeLessThanOrEqual(1.2 * HOUR);
        expect(callers).toBeGreaterThanOrEqual(800);
        expect(callers).toBeLessThanOrEqual(36_000);
      }),
    );
  });

  it('is at least as long as the provider asks, and a day at most', () => {
    fc.assert(
      fc.property(outcomes, failures, fc.nat(1_000_000), random, (outcome, count, asked, chance) => {
        const { schedule, callers } = pausesAfter(outcome, count, asked, chance);
        const least = Math.min(asked * 1000, 24 * HOUR);
        expect(schedule).toBeGreaterThanOrEqual(least);
        expect(callers).toBeGreaterThanOrEqual(least);
        expect(Math.max(schedule, callers)).toBeLessThanOrEqual(Math.max(least, 1.2 * HOUR));
      }),
    );
  });

  it('is long where the client was refused: knocking on would have it locked', () => {
    const after = (count: number) => pausesAfter('client_refused', count, undefined, 0.5);
    expect(after(1)).toEqual({ schedule: HOUR, callers: 600_000 });
    expect(after(20)).toEqual({ schedule: 24 * HOUR, callers: 600_000 });
  });
});

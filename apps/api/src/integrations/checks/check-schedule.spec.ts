import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secondsToNextCheck } from './check-schedule.js';
import type { TestFailure, TestOutcome } from './connection-tester.js';

const DAY = 86_400;
const success: TestOutcome = { ok: true, details: {}, message: '', responseTimeMs: 1 };
const failure = (more: Partial<TestFailure> = {}): TestFailure => ({
  ok: false,
  kind: 'timeout',
  reason: '',
  hint: '',
  message: '',
  responseTimeMs: 1,
  credentialRefused: false,
  ...more,
});

const intervals = fc.integer({ min: 5, max: DAY });
const failures = fc.integer({ min: 1, max: 1_000_000 });
const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the time to the next check', () => {
  it('is the interval while it works, a tenth more or less', () => {
    expect(secondsToNextCheck(success, 0, 300, 0.5)).toBe(300);
    expect(secondsToNextCheck(success, 0, 300, 0)).toBeCloseTo(270);
    expect(secondsToNextCheck(success, 0, 300, 1)).toBeCloseTo(330);
  });

  it.each([
    [1, 300],
    [2, 600],
    [3, 1200],
    [4, 2400],
    [5, 3600],
    [6, 3600],
    [5000, 3600],
  ])('after %i failures in a row is %i seconds', (count, seconds) => {
    expect(secondsToNextCheck(failure(), count, 300, 0.5)).toBe(seconds);
  });

  it('is never shorter than an interval that is longer than the cap', () => {
    expect(secondsToNextCheck(failure(), 1, 7200, 0.5)).toBe(7200);
    expect(secondsToNextCheck(failure(), 9, 7200, 0.5)).toBe(7200);
  });

  it('is about a day after a refused credential, whatever the provider asks for', () => {
    const refused = failure({ credentialRefused: true, retryAfterSeconds: 1 });
    expect(secondsToNextCheck(refused, 1, 5, 0.5)).toBe(DAY);
    expect(secondsToNextCheck(refused, 40, 5, 0)).toBeCloseTo(DAY * 0.9);
  });

  it('is at least what a throttling provider asks for, and its wish never makes it shorter', () => {
    expect(secondsToNextCheck(failure({ retryAfterSeconds: 4000 }), 1, 300, 0.5)).toBe(4000);
    expect(secondsToNextCheck(failure({ retryAfterSeconds: 1 }), 1, 300, 0.5)).toBe(300);
    expect(secondsToNextCheck(failure({ retryAfterSeconds: 0 }), 3, 300, 0.5)).toBe(1200);
  });

  it('is finite, positive and at most a day and a tenth', () => {
    const outcomes = fc.oneof(
      fc.constant(success),
      fc
        .record({
          retryAfterSeconds: fc.option(fc.integer({ min: 0, max: DAY }), { nil: undefined }),
          credentialRefused: fc.boolean(),
        })
        .map(failure),
    );
    fc.assert(
      fc.property(outcomes, failures, intervals, random, (outcome, count, interval, chance) => {
        const seconds = secondsToNextCheck(outcome, count, interval, chance);
        expect(seconds).toBeGreaterThanOrEqual(interval * 0.9 - 0.001);
        expect(seconds).toBeLessThanOrEqual(DAY * 1.1 + 0.001);
      }),
    );
  });

  it('never shrinks while failures go on', () => {
    fc.assert(
      fc.property(failures, intervals, random, (count, interval, chance) => {
        const now = secondsToNextCheck(failure(), count, interval, chance);
        expect(secondsToNextCheck(failure(), count + 1, interval, chance)).toBeGreaterThanOrEqual(now);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addCall,
  addTally,
  emptyTally,
  LATENCY_BOUNDS,
  percentile,
  type ProxiedCall,
  type Tally,
} from './usage-tally.js';

const tallyOf = (calls: ProxiedCall[]): Tally => {
  const tally = emptyTally();
  for (const call of calls) addCall(tally, call);
  return tally;
};

const took = (...times: number[]): Tally => tallyOf(times.map((ms) => ({ ms, outcome: 'answered' })));

const someCall = fc.record({
  ms: fc.double({ min: 0, max: 60_000, noNaN: true }),
  outcome: fc.constantFrom<ProxiedCall['outcome']>('answered', 'failed', 'throttled'),
});

describe('tallies of usage', () => {
  it('count calls by how they ended and how long they took', () => {
    const rateLimit = { limit: 10, remaining: 3, resetAt: null };
    const tally = tallyOf([
      { ms: 0.2, outcome: 'answered', rateLimit },
      { ms: 10, outcome: 'failed' },
      { ms: 10.6, outcome: 'throttled' },
      { ms: 5000, outcome: 'answered' },
      { ms: 5001, outcome: 'answered' },
    ]);
    expect(tally).toEqual({
      calls: 5,
      errors: 1,
      throttled: 1,
      reads: 0,
      latencySum: 10_022,
      latencyMax: 5001,
      histogram: [2, 1, 0, 0, 0, 0, 0, 0, 1, 1],
      rateLimit,
    });
  });

  it('added up are those of all calls', () => {
    fc.assert(
      fc.property(fc.array(someCall), fc.array(someCall), (some, others) => {
        const sum = tallyOf(some);
        addTally(sum, tallyOf(others));
        expect(sum).toEqual(tallyOf([...some, ...others]));
      }),
    );
  });
});

describe('percentile', () => {
  it('is nothing without calls', () => {
    expect(percentile(emptyTally().histogram, 0.5, 0)).toBeNull();
  });

  it.each([
    [took(5), 0.5, 3],
    [took(8, 8, 8, 8), 1, 8],
    [took(...Array.from({ length: 99 }, () => 40), 900), 0.5, 38],
    [took(...Array.from({ length: 99 }, () => 40), 900), 0.99, 50],
    [took(...Array.from({ length: 99 }, () => 40), 900), 1, 900],
    [took(20_000), 0.99, 19_850],
  ])('%# reads the histogram', ({ histogram, latencyMax }, share, expected) => {
    expect(percentile(histogram, share, latencyMax)).toBe(expected);
  });

  it('grows with its share, and lies in the span where the true one does', () => {
    const times = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const { histogram, latencyMax } = took(...all);
        const found = percentile(histogram, share, latencyMax)!;
        const truth = all.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * all.length) - 1)]!;
        const span = LATENCY_BOUNDS.findIndex((bound) => truth <= bound);
        const from = span === -1 ? LATENCY_BOUNDS.at(-1)! : (LATENCY_BOUNDS[span - 1] ?? 0);
        expect(found).toBeGreaterThanOrEqual(Math.floor(from));
        expect(found).toBeLessThanOrEqual(Math.min(LATENCY_BOUNDS[span] ?? latencyMax, latencyMax));
        expect(found).toBeLessThanOrEqual(percentile(histogram, 1, latencyMax)!);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import type { UsagePoint } from '../../api/types';
import { barAt, layOutUsage, partsOf, TOP } from './usage-geometry';

const point = (values: Partial<UsagePoint>): UsagePoint => ({
  at: '2026-03-01T12:00:00Z',
  calls: 0,
  errors: 0,
  throttled: 0,
  reads: 0,
  average_ms: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  ...values,
});

const SIZE = { width: 100, height: 160 };

describe('bars of usage', () => {
  it('stack what went well, what was turned away and what failed', () => {
    expect(partsOf(point({ calls: 10, errors: 2, throttled: 3 }))).toEqual({
      served: 5,
      throttled: 3,
      errors: 2,
    });
    const { bars, base } = layOutUsage([point({ calls: 10, errors: 2, throttled: 3 })], SIZE);
    expect(bars[0]?.segments.map(({ part }) => part)).toEqual(['served', 'throttled', 'errors']);
    expect(bars[0]?.segments[0]).toMatchObject({ y: base - (base - TOP) / 2, height: (base - TOP) / 2 });
    expect(bars[0]?.segments[2]?.y).toBe(TOP);
  });

  it('show a single error among thousands of calls', () => {
    const { bars } = layOutUsage([point({ calls: 10_000, errors: 1 })], SIZE);
    expect(bars[0]?.segments.find(({ part }) => part === 'errors')?.height).toBe(2);
  });

  it('have no segment for what did not happen', () => {
    const { bars, ceiling, mostReads } = layOutUsage([point({})], SIZE);
    expect(bars[0]).toMatchObject({ segments: [], read: 0 });
    expect({ ceiling, mostReads }).toEqual({ ceiling: 1, mostReads: 0 });
  });

  it('are found by where one points', () => {
    const geometry = layOutUsage([point({ calls: 1 }), point({ calls: 2 })], SIZE);
    expect(barAt(geometry, 10, 100)?.point.calls).toBe(1);
    expect(barAt(geometry, 99, 100)?.point.calls).toBe(2);
    expect(barAt(geometry, 140, 100)?.point.calls).toBe(2);
    expect(barAt(layOutUsage([], SIZE), 10, 100)).toBeNull();
  });
});

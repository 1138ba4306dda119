import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HealthCheck } from '../../api/types';
import { BOTTOM, layOut, nearest, TOP } from './health-geometry';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const SIZE = { width: 600, height: 160 };
const BASE = SIZE.height - BOTTOM;

const check = (minutesAgo: number, time: number | null, ok = true): HealthCheck => ({
  at: new Date(NOW - minutesAgo * 60_000).toISOString(),
  ok,
  response_time_ms: time,
  error_code: ok ? null : 'timeout',
});

describe('the health line', () => {
  it('spans the window from left to right, and its ceiling from bottom to top', () => {
    const { points, ceiling, lines, areas } = layOut(
      [check(60, 0), check(30, 50), check(0, 100)],
      '1h',
      SIZE,
      NOW,
    );
    expect(ceiling).toBe(100);
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [0, BASE],
      [300, (BASE + TOP) / 2],
      [600, TOP],
    ]);
    expect(lines).toEqual(['M0.0,140.0L300.0,74.0L600.0,8.0']);
    expect(areas).toEqual(['M0.0,140L0.0,140.0L300.0,74.0L600.0,8.0L600.0,140Z']);
  });

  it.each([
    ['24h', 12 * 60],
    ['7d', 3.5 * 24 * 60],
    ['30d', 15 * 24 * 60],
  ] as const)('has its middle halfway through %s', (window, minutesAgo) => {
    expect(layOut([check(minutesAgo, 1)], window, SIZE, NOW).points[0]?.x).toBe(300);
  });

  it('breaks at a failure, and at a check without a time', () => {
    const checks = [
      check(50, 10),
      check(40, 20),
      check(30, 90, false),
      check(20, 30),
      check(10, null),
      check(5, 40),
    ];
    const { lines, areas, points } = layOut(checks, '1h', SIZE, NOW);
    expect(lines.map((line) => line.split('L').length)).toEqual([2, 1, 1]);
    expect(areas).toHaveLength(1);
    expect(points).toHaveLength(6);
    expect(points[4]?.y).toBeNull();
  });

  it('takes the checks in any order', () => {
    const checks = [check(50, 10), check(40, 20), check(30, 30)];
    expect(layOut(checks.toReversed(), '1h', SIZE, NOW)).toEqual(layOut(checks, '1h', SIZE, NOW));
  });

  it('of no checks, or of failures alone, has no line', () => {
    expect(layOut([], '1h', SIZE, NOW)).toEqual({ points: [], lines: [], areas: [], ceiling: 1 });
    expect(layOut([check(5, null, false)], '1h', SIZE, NOW)).toMatchObject({
      lines: [],
      areas: [],
      ceiling: 1,
    });
  });

  it('keeps a check inside when the clocks differ', () => {
    const { points } = layOut([check(75, 1), check(-3, 1)], '1h', SIZE, NOW);
    expect(points.map(({ x }) => x)).toEqual([0, SIZE.width]);
  });

  it.each<[number, number]>([
    [0, 1],
    [1, 1],
    [84, 100],
    [101, 150],
    [1000, 1000],
    [1001, 1500],
    [8_001, 10_000],
  ])('of at most %d ms is as high as %d ms', (time, ceiling) => {
    expect(layOut([check(1, time)], '1h', SIZE, NOW).ceiling).toBe(ceiling);
  });

  const anyCheck = fc
    .record({
      ago: fc.integer({ min: -120, max: 60_000 }),
      time: fc.option(fc.nat({ max: 120_000 }), { nil: null }),
      ok: fc.boolean(),
    })
    .map(({ ago, time, ok }) => check(ago, time, ok));

  it('stays inside the chart, whatever the checks', () => {
    fc.assert(
      fc.property(fc.array(anyCheck), fc.constantFrom('1h', '24h', '7d', '30d'), (checks, window) => {
        const { points, lines, areas, ceiling } = layOut(checks, window, SIZE, NOW);
        const slowest = Math.max(0, ...checks.map(({ response_time_ms: time }) => time ?? 0));
        expect(points).toHaveLength(checks.length);
        expect(ceiling).toBeGreaterThanOrEqual(slowest);
        expect(ceiling).toBeLessThanOrEqual(Math.max(1, slowest * 1.5));
        for (const [index, { x, y }] of points.entries()) {
          expect(x).toBeGreaterThanOrEqual(points[index - 1]?.x ?? 0);
          expect(x).toBeLessThanOrEqual(SIZE.width);
          if (y === null) continue;
          expect(y).toBeGreaterThanOrEqual(TOP);
          expect(y).toBeLessThanOrEqual(BASE);
        }
        expect([...lines, ...areas].join('')).not.toMatch(/NaN|Infinity|undefined|e/);
        const drawn = lines.reduce((sum, line) => sum + line.split('L').length, 0);
        expect(drawn).toBe(checks.filter(({ ok, response_time_ms: time }) => ok && time !== null).length);
      }),
    );
  });

  it('points at the check that is nearest', () => {
    const { points } = layOut([check(60, 1), check(30, 1), check(0, 1)], '1h', SIZE, NOW);
    expect(nearest([], 10)).toBeNull();
    expect(nearest(points, -50)).toBe(points[0]);
    expect(nearest(points, 150)).toBe(points[0]);
    expect(nearest(points, 151)).toBe(points[1]);
    expect(nearest(points, 9999)).toBe(points[2]);
  });
});

import type { HealthCheck, HealthWindow } from '../../api/types';

const HOUR_MS = 3_600_000;

const SPANS: Record<HealthWindow, number> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
};

export interface Point {
  x: number;
  /** Null for a check without a response time. */
  y: number | null;
  check: HealthCheck;
}

export interface Geometry {
  points: Point[];
  /** SVG paths of the stretches between failures. */
  lines: string[];
  areas: string[];
  /** The response time at the top of the chart. */
  ceiling: number;
}

export const TOP = 8;
export const BOTTOM = 20;

const ROUND = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number above `value`. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  const step = ROUND.find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

function stretchesOf(points: Point[]): { x: number; y: number }[][] {
  const stretches: { x: number; y: number }[][] = [[]];
  for (const { x, y, check } of points) {
    if (y === null || !check.ok) stretches.push([]);
    else stretches.at(-1)?.push({ x, y });
  }
  return stretches.filter((stretch) => stretch.length > 0);
}

const draw = (points: { x: number; y: number }[]) =>
  points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join('L');

/** The server's clock may be ahead of the browser's: its checks stay inside the chart. */
function within(x: number, width: number): number {
  return Math.min(width, Math.max(0, x));
}

/** Lays the checks of a window that ends at `now` out over a chart of this size. */
export function layOut(
  checks: HealthCheck[],
  window: HealthWindow,
  size: { width: number; height: number },
  now: number,
): Geometry {
  const start = now - SPANS[window];
  const ceiling = roundUp(Math.max(0, ...checks.map(({ response_time_ms: time }) => time ?? 0)));
  const base = size.height - BOTTOM;
  const points = checks
    .map((check) => ({
      check,
      x: within(((new Date(check.at).getTime() - start) / SPANS[window]) * size.width, size.width),
      y: check.response_time_ms === null ? null : base - (check.response_time_ms / ceiling) * (base - TOP),
    }))
    .sort((a, b) => a.x - b.x);
  const stretches = stretchesOf(points);
  return {
    points,
    ceiling,
    lines: stretches.map((stretch) => `M${draw(stretch)}`),
    areas: stretches
      .filter((stretch) => stretch.length > 1)
      .map(
        (stretch) =>
          `M${stretch[0]?.x.toFixed(1)},${base}L${draw(stretch)}L${stretch.at(-1)?.x.toFixed(1)},${base}Z`,
      ),
  };
}

export function nearest(points: Point[], x: number): Point | null {
  return points.reduce<Point | null>(
    (best, point) => (best && Math.abs(best.x - x) <= Math.abs(point.x - x) ? best : point),
    null,
  );
}

import type { UsagePoint } from '../../api/types';
import { roundUp } from './health-geometry';

export const PARTS = ['served', 'throttled', 'errors'] as const;
export type Part = (typeof PARTS)[number];

export interface Segment {
  part: Part;
  y: number;
  height: number;
}

export interface Bar {
  x: number;
  width: number;
  /** From the bottom up: what went well, what was turned away, what failed. */
  segments: Segment[];
  /** The height of the reads, in the strip below. */
  read: number;
  point: UsagePoint;
}

export interface UsageGeometry {
  bars: Bar[];
  /** The number of calls at the top of the chart. */
  ceiling: number;
  /** The most reads of a bar. */
  mostReads: number;
  base: number;
}

export const TOP = 8;
/** The strip of the reads, and the line of times under it. */
export const STRIP = 26;
export const AXIS = 18;
const GAP = 6;
/** Something that happened once among thousands is still seen. */
const LEAST = 2;

/** Errors and calls turned away are among the calls: what is left went well. */
export function partsOf({ calls, errors, throttled }: UsagePoint): Record<Part, number> {
  return { served: Math.max(0, calls - errors - throttled), throttled, errors };
}

/** Lays the points out as stacked bars over a chart of this size. */
export function layOutUsage(
  series: UsagePoint[],
  { width, height }: { width: number; height: number },
): UsageGeometry {
  const base = height - AXIS - STRIP - GAP;
  const ceiling = roundUp(Math.max(1, ...series.map(({ calls }) => calls)));
  const mostReads = Math.max(0, ...series.map(({ reads }) => reads));
  const step = width / Math.max(1, series.length);
  const tall = (count: number, most: number, room: number) =>
    count === 0 ? 0 : Math.max(LEAST, (count / most) * room);
  const bars = series.map((point, index): Bar => {
    const parts = partsOf(point);
    let y = base;
    const segments = PARTS.filter((part) => parts[part] > 0).map((part) => {
      const size = tall(parts[part], ceiling, base - TOP);
      y -= size;
      return { part, y, height: size };
    });
    return {
      x: index * step,
      width: Math.max(1, step - Math.min(2, step / 4)),
      segments,
      read: tall(point.reads, mostReads, STRIP - 4),
      point,
    };
  });
  return { bars, ceiling, mostReads, base };
}

/** The bar under a place. */
export function barAt({ bars }: UsageGeometry, x: number, width: number): Bar | null {
  if (bars.length === 0 || width === 0) return null;
  const index = Math.floor((x / width) * bars.length);
  return bars[Math.min(bars.length - 1, Math.max(0, index))] ?? null;
}

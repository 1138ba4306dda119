/**
 * A small reader of JSON paths: `$`, `$.a.b`, `$[0].c`, `$["a-b"]`, and `count(<path>)`.
 * No filters, no wildcards, no recursion: a manifest can point at a value, not run a query.
 */

type Segment = string | number;

/** A parsed path; `count` asks for the number of elements instead of the value. */
interface ParsedPath {
  segments: Segment[];
  count: boolean;
}

const MAX_SEGMENTS = 16;
const COUNT = /^count\((.*)\)$/;
const SEGMENT = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,6})\]|\["([^"\\\]]{1,100})"\]/y;
const REFUSED = new Set(['__proto__', 'prototype', 'constructor']);

/** @throws Error when the text is not a path of this language */
export function parsePath(text: string): ParsedPath {
  const counted = COUNT.exec(text);
  const path = counted ? (counted[1] ?? '') : text;
  if (!path.startsWith('$')) throw new Error(`“${text}” is not a path: it must start with $`);

  const segments: Segment[] = [];
  let position = 1;
  while (position < path.length) {
    SEGMENT.lastIndex = position;
    const match = SEGMENT.exec(path);
    if (!match) throw new Error(`“${text}” is not a path: cannot read it from “${path.slice(position)}”`);
    const name = match[1] ?? match[3];
    if (name !== undefined && REFUSED.has(name))
      throw new Error(`“${text}” names “${name}”, which is refused`);
    segments.push(name ?? Number(match[2]));
    position = SEGMENT.lastIndex;
  }
  if (segments.length > MAX_SEGMENTS) throw new Error(`“${text}” has more than ${MAX_SEGMENTS} parts`);
  return { segments, count: counted !== null };
}

function step(value: unknown, segment: Segment): unknown {
  if (typeof segment === 'number') return Array.isArray(value) ? value[segment] : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined;
}

function countOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  // Go services write an empty list as null (Argo CD's items).
  if (value === null) return 0;
  return typeof value === 'object' ? Object.keys(value).length : undefined;
}

/**
 * Reads a value out of parsed JSON. Own properties only.
 * @returns undefined where there is nothing
 * @throws Error when the text is not a path of this language
 */
export function readPath(value: unknown, text: string): unknown {
  const { segments, count } = parsePath(text);
  const found = segments.reduce(step, value);
  return count ? countOf(found) : found;
}

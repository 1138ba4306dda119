import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { DrawnBytes } from './drawn-bytes.js';
import { newId } from './new-id.js';

describe('a new id', () => {
  it('is a UUID of version 7 that begins with the time', () => {
    const before = Date.now();
    const id = newId();
    const time = Number.parseInt(id.replace('-', '').slice(0, 12), 16);

    expect(validate(id) && version(id)).toBe(7);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('is greater than those before, also within a millisecond', () => {
    const ids = Array.from({ length: 5000 }, newId);

    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('has random bits of its own at the end', () => {
    const ends = Array.from({ length: 1000 }, () => newId().slice(-10));

    expect(new Set(ends).size).toBe(1000);
  });
});

describe('drawn bytes', () => {
  it('are never the same, before and after the system was asked again', () => {
    const bytes = new DrawnBytes(16);
    const pieces = Array.from({ length: 1000 }, () => bytes.draw().toString('hex'));

    expect(pieces.every((piece) => piece.length === 32)).toBe(true);
    expect(new Set(pieces).size).toBe(1000);
  });
});

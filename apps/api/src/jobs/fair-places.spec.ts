import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairPlaces } from './fair-places.js';

/** Takes as many as there are for one. */
function fill(places: FairPlaces, who: string): number {
  let count = 0;
  while (!places.full.includes(who) && places.room > 0) {
    places.take(who);
    count += 1;
  }
  return count;
}

describe('places that several share', () => {
  it.each([
    [16, 1, 8],
    [8, 1, 4],
    [4, 1, 2],
    [50, 3, 38],
    [3, 3, 3],
    [1, 1, 1],
  ])('of %i, one alone gets with a multiple of %i: %i', (all, multiple, alone) => {
    expect(fill(new FairPlaces(all, multiple), 'a')).toBe(alone);
  });

  it('are left for whoever comes next, and given back', () => {
    const places = new FairPlaces(8);
    expect(['a', 'b', 'c'].map((who) => fill(places, who))).toEqual([4, 2, 1]);
    expect(places.full).toEqual(['a', 'b', 'c']);
    places.release('a');
    expect(fill(places, 'd')).toBe(1);
    for (const who of ['a', 'a', 'a', 'b', 'b', 'c', 'd']) places.release(who);
    expect(places.full).toEqual([]);
    expect(places.room).toBe(4);
  });

  const takes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.boolean()), {
    maxLength: 100,
  });
  const sizes = fc.integer({ min: 1, max: 60 });

  it('are never more than there are, and never too many for one, whoever the room is used by', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 4 }), takes, (all, multiple, moves) => {
        const places = new FairPlaces(all, multiple);
        const held = new Map<string, number>();
        const taken = (): number => Array.from(held.values()).reduce((sum, count) => sum + count, 0);
        for (const [who, gives] of moves) {
          const count = held.get(who) ?? 0;
          if (gives) {
            if (count === 0) continue;
            places.release(who);
            held.set(who, count - 1);
            continue;
          }
          if (places.full.includes(who)) continue;
          const { room } = places;
          for (let number = 0; number < room; number += 1) places.take(who);
          held.set(who, count + room);
          expect(taken()).toBeLessThanOrEqual(all);
          if (room > 0) expect(count + room - 1).toBeLessThan(multiple * (all - taken() + 1));
        }
      }),
    );
  });
});

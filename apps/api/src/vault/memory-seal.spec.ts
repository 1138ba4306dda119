import { describe, expect, it } from '@jest/globals';
import { MemorySeal } from './memory-seal.js';

const SECRET = { token: 'ghp_a-secret-of-the-test', count: 3, on: true };

describe('a secret kept in memory', () => {
  it('comes back as it was, and looks different each time it is kept', () => {
    const seal = new MemorySeal();
    const [one, two] = [seal.protect(SECRET), seal.protect(SECRET)];

    expect(seal.reveal(one)).toEqual(SECRET);
    expect(seal.reveal(two)).toEqual(SECRET);
    expect(one.equals(two)).toBe(false);
    expect(one.includes('ghp_')).toBe(false);
  });

  it('opens in the process that kept it only, and not when a bit of it was changed', () => {
    const seal = new MemorySeal();
    const kept = seal.protect(SECRET);
    const changed = Buffer.from(kept);
    changed[20]! ^= 1;

    expect(() => new MemorySeal().reveal(kept)).toThrow();
    expect(() => seal.reveal(changed)).toThrow();
  });
});

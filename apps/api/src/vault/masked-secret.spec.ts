import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { MaskedSecret } from './masked-secret.js';

const SECRET = { token: 'ghp_a-secret-of-the-test', name: 'Zoë', count: 3, on: true };

/** Everything that it keeps, as text. */
const keptBy = (masked: MaskedSecret<object>): string =>
  Object.values(masked)
    .map((part: Buffer) => part.toString('latin1'))
    .join('\n');

describe('a secret kept in memory', () => {
  it('comes back as it was, as often as it is asked for', () => {
    const masked = new MaskedSecret(SECRET);

    expect(masked.reveal()).toEqual(SECRET);
    expect(masked.reveal()).toEqual(SECRET);
    expect(masked.reveal()).not.toBe(masked.reveal());
  });

  it('is not there to be read, and looks different each time it is kept', () => {
    const [one, two] = [new MaskedSecret(SECRET), new MaskedSecret(SECRET)];

    expect(keptBy(one)).not.toContain('ghp_');
    expect(inspect(one)).not.toContain('ghp_');
    expect(keptBy(one)).not.toBe(keptBy(two));
  });

  it('is gone once it is erased', () => {
    const masked = new MaskedSecret(SECRET);
    masked.erase();

    expect(keptBy(masked)).toMatch(/^[\0\n]+$/);
    expect(() => masked.reveal()).toThrow();
  });
});

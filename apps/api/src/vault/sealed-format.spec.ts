import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { open, seal, sealedKeyVersion, UnsealError } from './sealed-format.js';

const HEADER = 49;
const TAG = 16;

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => Buffer.from(value));
const version = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const context = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 6 });
const plaintext = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));

const KEY = randomBytes(32);
const PLACE = ['organisation', 'table', 'row', 'api_token'];
const SECRET = Buffer.from('your-secret-token-here');

const flipped = (value: Buffer, bit: number): Buffer => {
  const changed = Buffer.from(value);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
};

describe('a sealed value', () => {
  it('opens to what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(key, version, context, plaintext, (k, v, place, text) => {
        const sealed = seal(k, v, place, text);

        expect(sealed).toHaveLength(HEADER + text.length + TAG);
        expect(sealedKeyVersion(sealed)).toBe(v);
        expect(open(k, place, sealed).equals(text)).toBe(true);
      }),
    );
  });

  it('does not open when any one bit of it is flipped', () => {
    const sealed = seal(KEY, 7, PLACE, SECRET);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      expect(() => open(KEY, PLACE, flipped(sealed, bit))).toThrow(UnsealError);
    }
  });

  it('does not open under another key', () => {
    fc.assert(
      fc.property(key, fc.nat(255), (k, bit) => {
        expect(() => open(flipped(k, bit), PLACE, seal(k, 1, PLACE, SECRET))).toThrow(UnsealError);
      }),
    );
  });

  it('does not open in another place', () => {
    fc.assert(
      fc.property(context, context, (place, other) => {
        fc.pre(JSON.stringify(place) !== JSON.stringify(other));

        expect(() => open(KEY, other, seal(KEY, 1, place, SECRET))).toThrow(UnsealError);
      }),
    );
  });

  it.each(PLACE.map((part, index) => [part, index] as const))(
    'does not open when the %s of its place is another',
    (_, index) => {
      const sealed = seal(KEY, 1, PLACE, SECRET);

      expect(() => open(KEY, PLACE.with(index, 'another'), sealed)).toThrow(UnsealError);
      expect(() => open(KEY, PLACE.toSpliced(index, 1), sealed)).toThrow(UnsealError);
    },
  );

  it('does not open when the parts of its place slide into each other', () => {
    const sealed = seal(KEY, 1, ['ab', 'c', '', 'd'], SECRET);

    for (const slid of [
      ['a', 'bc', '', 'd'],
      ['abc', '', '', 'd'],
      ['ab', '', 'c', 'd'],
      ['ab', 'c', 'd', ''],
      ['ab', 'c', 'd'],
      ['abcd'],
      ['ab', 'c', '', 'd', ''],
      ['1', 'ab', 'c', '', 'd'],
    ]) {
      expect(() => open(KEY, slid, sealed)).toThrow(UnsealError);
    }
    expect(open(KEY, ['ab', 'c', '', 'd'], sealed).equals(SECRET)).toBe(true);
  });

  it('does not open when it is cut short anywhere, or has more behind it', () => {
    const sealed = seal(KEY, 1, PLACE, SECRET);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => open(KEY, PLACE, sealed.subarray(0, length))).toThrow(UnsealError);
    }
    expect(() => open(KEY, PLACE, Buffer.concat([sealed, Buffer.alloc(1)]))).toThrow(UnsealError);
  });

  it.each([0, 2, 255])('of format version %i is refused by name', (format) => {
    const sealed = seal(KEY, 1, PLACE, SECRET);
    sealed[0] = format;

    expect(() => sealedKeyVersion(sealed)).toThrow(
      new UnsealError(`Sealed format ${format} is not known to this version of Latchkey.`),
    );
    expect(() => open(KEY, PLACE, sealed)).toThrow(UnsealError);
  });

  it('does not open when it claims to be sealed under another version of the key', () => {
    const sealed = seal(KEY, 1, PLACE, SECRET);
    sealed.writeUInt32BE(2, 1);

    expect(() => open(KEY, PLACE, sealed)).toThrow(UnsealError);
  });

  it('never has the salt or the nonce of another, so that the same secret looks different each time', () => {
    const sealed = Array.from({ length: 500 }, () => seal(KEY, 1, PLACE, SECRET));

    for (const [from, to] of [
      [5, 37],
      [37, 49],
      [49, undefined],
    ] as const) {
      expect(new Set(sealed.map((value) => value.subarray(from, to).toString('hex'))).size).toBe(500);
    }
  });

  it('shows nothing of what is inside, nor does the error of one that does not open', () => {
    const sealed = seal(KEY, 1, PLACE, SECRET);
    expect(sealed.includes(SECRET.subarray(0, 4))).toBe(false);

    let caught: unknown;
    try {
      open(randomBytes(32), PLACE, sealed);
    } catch (error) {
      caught = error;
    }

    expect(String(caught)).not.toContain('secret-token');
    expect(String(caught)).not.toContain(KEY.toString('hex'));
  });

  it.each([0, 16, 31, 33])('is not made under a key of %i bytes', (length) => {
    expect(() => seal(Buffer.alloc(length), 1, PLACE, SECRET)).toThrow(RangeError);
    expect(() => open(Buffer.alloc(length), PLACE, seal(KEY, 1, PLACE, SECRET))).toThrow(RangeError);
  });

  it('leaves the key and the plaintext it was given as they were', () => {
    const [k, text] = [Buffer.from(KEY), Buffer.from(SECRET)];
    open(k, PLACE, seal(k, 1, PLACE, text));

    expect([k.equals(KEY), text.equals(SECRET)]).toEqual([true, true]);
  });
});

import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  generateServiceToken,
  hashServiceToken,
  hintOf,
  organizationOfToken,
} from './service-token-format.js';

/** As docs/security.md gives it to secret scanners. */
const SCANNER = /lk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}/;

const uuid = fc.uuid();
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('a service token', () => {
  it('names its organisation, and a scanner finds it in any text', () => {
    fc.assert(
      fc.property(uuid, fc.string(), (organization, text) => {
        const token = generateServiceToken(organization);

        expect(token).toHaveLength(75);
        expect(organizationOfToken(token)).toBe(organization);
        expect(SCANNER.exec(`${text} "${token}" ${text}`)?.[0]).toBe(token);
        expect(token.endsWith(hintOf(token))).toBe(true);
      }),
    );
  });

  it('of the lowest and the highest organisation id is one too', () => {
    for (const id of ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])
      expect(organizationOfToken(generateServiceToken(id))).toBe(id);
  });

  it('with any one character changed is none: the checksum tells without asking the database', () => {
    const token = generateServiceToken(crypto.randomUUID());
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...DIGITS), (place, digit) => {
        fc.pre(token[place] !== digit);
        expect(organizationOfToken(token.slice(0, place) + digit + token.slice(place + 1))).toBeUndefined();
      }),
    );
  });

  it.each(['', 'lk_', 'lk_x_y', `lk_${'z'.repeat(22)}_${'0'.repeat(49)}`, `sk_${'0'.repeat(72)}`])(
    'is not %j',
    (text) => expect(organizationOfToken(text)).toBeUndefined(),
  );

  it('is never made twice', () => {
    const organization = crypto.randomUUID();
    const made = Array.from({ length: 1000 }, () => generateServiceToken(organization));
    expect(new Set(made).size).toBe(1000);
  });

  it('is stored as a hash that says nothing without the key of the installation', () => {
    const token = generateServiceToken(crypto.randomUUID());
    const [one, other] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];

    expect(hashServiceToken(one, token)).toHaveLength(32);
    expect(hashServiceToken(one, token)).toEqual(hashServiceToken(one, token));
    expect(hashServiceToken(other, token)).not.toEqual(hashServiceToken(one, token));
  });
});

import { createSecretKey, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  codeVerifierOf,
  cookieOfState,
  isBrowserSecret,
  newBrowserSecret,
  newState,
  organizationOfState,
  sha256,
} from './flow-tokens.js';

const key = createSecretKey(Buffer.alloc(32, 1));

describe('a state', () => {
  it('names its organisation, and is another each time', () => {
    const organization = randomUUID();
    const [one, other] = [newState(organization), newState(organization)];

    expect(one).not.toBe(other);
    expect(organizationOfState(one)).toBe(organization);
    expect(one).toMatch(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/);
  });

  it('of another form names none', () => {
    fc.assert(fc.property(fc.string(), (text) => organizationOfState(text) === undefined));
    for (const near of [
      '',
      '.',
      `${'A'.repeat(22)}.`,
      `${'A'.repeat(21)}.${'B'.repeat(43)}`,
      `${'A'.repeat(22)}.${'B'.repeat(44)}`,
      `${'A'.repeat(22)}.${'B'.repeat(43)}\n`,
    ])
      expect(organizationOfState(near)).toBeUndefined();
  });

  it('has a cookie of its own', () => {
    expect(cookieOfState(sha256('a'))).toBe('latchkey_flow_ca978112');
    expect(cookieOfState(sha256('a'))).not.toBe(cookieOfState(sha256('b')));
    expect(isBrowserSecret(newBrowserSecret())).toBe(true);
    expect([undefined, '', 'a', 'ä'.repeat(43)].some(isBrowserSecret)).toBe(false);
  });
});

describe('the verifier', () => {
  it('is one of RFC 7636, and takes key, state and cookie to make', () => {
    const verifier = codeVerifierOf(key, 'state', 'cookie');

    expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(codeVerifierOf(key, 'state', 'cookie')).toBe(verifier);
    const others = [
      codeVerifierOf(createSecretKey(Buffer.alloc(32, 2)), 'state', 'cookie'),
      codeVerifierOf(key, 'other', 'cookie'),
      codeVerifierOf(key, 'state', 'other'),
    ];
    expect(new Set([verifier, ...others]).size).toBe(4);
  });
});

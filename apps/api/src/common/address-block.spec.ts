import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressBlock } from './address-block.js';

describe('the addresses that are counted as one', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:FFFF:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1', 'fe80:0:0:0::/64'],
  ])('of %s are %s', (address, block) => expect(addressBlock(address)).toBe(block));

  it('are one of no address', () => expect(addressBlock(null)).toBe('unknown'));

  it('are what was told, where that is no address', () =>
    expect(addressBlock('203.0.113.9:80')).toBe('203.0.113.9:80'));

  it('are those with the same first half, however it is written', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const half = fc.array(group, { minLength: 4, maxLength: 4 });
    // What begins with it holds IPv4 addresses.
    const host = half.filter(([first, second]) => first !== 0 || second !== 0xffff);
    fc.assert(
      fc.property(half, host, (network, rest) => {
        const written = [...network, ...rest].map((part) => part.toString(16)).join(':');
        const shortened = new URL(`http://[${written}]/`).hostname.slice(1, -1);
        const block = `${network.map((part) => part.toString(16)).join(':')}::/64`;
        expect([written, written.toUpperCase(), shortened].map(addressBlock)).toEqual([block, block, block]);
      }),
    );
  });
});

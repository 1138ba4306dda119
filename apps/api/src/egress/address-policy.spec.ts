import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AddressPolicy } from './address-policy.js';

const byDefault = new AddressPolicy({ allow: [], deny: [] });
const open = new AddressPolicy({ allow: ['0.0.0.0/0', '::/0'], deny: [] });

const METADATA_V4 = ['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192'];
const METADATA_V6 = ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:42::42'];

type Octets = [number, number, number, number];
const octetsOf = (address: string) => address.split('.').map(Number) as Octets;
const number = ([a, b, c, d]: Octets) => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (value: number, length = 2) => value.toString(16).padStart(length, '0');

/** Ways to write an IPv4 address in a URL (WHATWG URL, IPv4 parser). */
const urlSpellings: ReadonlyArray<(octets: Octets) => string> = [
  (octets) => octets.join('.'),
  (octets) => String(number(octets)),
  (octets) => `0x${number(octets).toString(16)}`,
  (octets) => `0X${number(octets).toString(16).toUpperCase()}`,
  (octets) => `0${number(octets).toString(8)}`,
  (octets) => octets.map((each) => `0x${hex(each)}`).join('.'),
  (octets) => octets.map((each) => `0${each.toString(8)}`).join('.'),
  (octets) => octets.map((each) => `000${each.toString(8)}`).join('.'),
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  ([a, b, c, d]) => `0${a.toString(8)}.0x${hex(b)}.${c}.${d}`,
  (octets) => `${octets.join('.')}.`,
  (octets) => octets.join('.').replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (octets) => octets.join('。'),
  (octets) => octets.join('.').replace(/\d/g, (digit) => `%3${digit}`),
];

/** IPv6 forms that carry an IPv4 address. */
const carriers: ReadonlyArray<(octets: Octets) => string> = [
  (octets) => `::ffff:${octets.join('.')}`,
  ([a, b, c, d]) => `::ffff:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`,
  ([a, b, c, d]) => `0:0:0:0:0:FFFF:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`,
  (octets) => `::${octets.join('.')}`,
  (octets) => `::ffff:0:${octets.join('.')}`,
  (octets) => `64:ff9b::${octets.join('.')}`,
  (octets) => `64:ff9b:1::${octets.join('.')}`,
  (octets) => `64:ff9b:1:beef:0:7:${octets.join('.')}`,
  ([a, b, c, d]) => `64:ff9b:1:${hex(a)}${hex(b)}:${hex(c, 4)}:${hex(d)}00::`,
  ([a, b, c, d]) => `64:ff9b:1:7e${hex(a)}:${hex(b, 4)}:${hex(c)}${hex(d)}::`,
  ([a, b, c, d]) => `64:ff9b:1:7e00:${hex(a, 4)}:${hex(b)}${hex(c)}:${hex(d)}00:0`,
  ([a, b, c, d]) => `2002:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}::1`,
  ([a, b, c, d]) => `2001:0:808:808:0:ffff:${hex(a ^ 255)}${hex(b ^ 255)}:${hex(c ^ 255)}${hex(d ^ 255)}`,
  ([a, b, c, d]) => `2001:0:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}:0:ffff:f7f7:f7f7`,
  (octets) => `2606:4700::5efe:${octets.join('.')}`,
  (octets) => `2606:4700::200:5efe:${octets.join('.')}`,
];

const octet = fc.integer({ min: 0, max: 255 });
const loopback = fc.tuple(fc.constant(127), octet, octet, octet);
const linkLocal = fc.tuple(fc.constant(169), fc.constant(254), octet, octet);
const metadata = fc.constantFrom(...METADATA_V4.map(octetsOf));
const internal = fc.oneof(
  loopback,
  linkLocal,
  metadata,
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
  fc.tuple(fc.constant(0), octet, octet, octet),
);

describe('AddressPolicy', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['[::1]', 'loopback'],
    ['169.254.0.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['fc00::1', 'private'],
    ['fdff::1', 'private'],
    ['fec0::1', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['240.0.0.1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2001:2::1', 'reserved'],
    ['3fff::1', 'reserved'],
    ['100::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['2002:7f00:1::', 'loopback'],
    ...[...METADATA_V4, ...METADATA_V6].map((address) => [address, 'cloud metadata']),
  ])('denies %s as %s', (address, category) => {
    expect(byDefault.check(String(address))).toEqual({ allowed: false, category });
  });

  it.each(['1.1.1.1', '8.8.8.8', '140.82.121.4', '2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8'])(
    'allows the public address %s',
    (address) => expect(byDefault.check(address)).toEqual({ allowed: true }),
  );

  it.each(['64:ff9b::8.8.8.8', '64:ff9b:1::8.8.8.8', '64:ff9b:1:a00::8.8.8.8', '2002:808:808::1'])(
    'allows %s, which carries a public address',
    (address) => expect(byDefault.check(address)).toEqual({ allowed: true }),
  );

  it.each(['', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '1.1.1.1/32', '::g', '1.1.1.1 '])(
    'denies %j, which is not an address in its usual spelling',
    (address) => expect(byDefault.check(address)).toEqual({ allowed: false, category: 'invalid' }),
  );

  it('denies every internal address in every spelling that a URL understands', () => {
    fc.assert(
      fc.property(internal, fc.constantFrom(...urlSpellings), (octets, spell) => {
        const { hostname } = new URL(`http://${spell(octets)}/`);
        expect(hostname).toBe(octets.join('.'));
        expect(byDefault.check(hostname).allowed).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('denies every internal address inside every IPv6 form, written directly or through a URL', () => {
    fc.assert(
      fc.property(internal, fc.constantFrom(...carriers), (octets, carry) => {
        expect(byDefault.check(carry(octets)).allowed).toBe(false);
        expect(byDefault.check(new URL(`http://[${carry(octets)}]/`).hostname).allowed).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps metadata and link-local denied in every form when every network is allowed', () => {
    fc.assert(
      fc.property(fc.oneof(metadata, linkLocal), fc.constantFrom(String, ...carriers), (octets, carry) => {
        const address = carry === String ? octets.join('.') : carry(octets);
        expect(open.check(address)).toMatchObject({ allowed: false });
      }),
      { numRuns: 1000 },
    );
    for (const address of [...METADATA_V6, 'fe80::1', 'febf::1'])
      expect(open.check(address).allowed).toBe(false);
  });

  it('opens what EGRESS_ALLOW names, also in its IPv6 forms, and nothing beside it', () => {
    const policy = new AddressPolicy({ allow: ['10.0.0.0/8', ' 127.0.0.1 ', 'fd12::/16'], deny: [] });
    for (const address of ['10.9.8.7', '127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1', 'fd12::5']) {
      expect(policy.check(address)).toEqual({ allowed: true });
    }
    for (const address of ['127.0.0.2', '192.168.0.1', '::1', 'fd13::5']) {
      expect(policy.check(address).allowed).toBe(false);
    }
  });

  it('does not take an IPv6 network for leave to reach the IPv4 addresses inside', () => {
    const policy = new AddressPolicy({ allow: ['::/0'], deny: [] });
    expect(policy.check('::1')).toEqual({ allowed: true });
    expect(policy.check('::ffff:127.0.0.1')).toEqual({ allowed: false, category: 'loopback' });
    expect(policy.check('64:ff9b::10.0.0.1')).toEqual({ allowed: false, category: 'private' });
  });

  it.each([
    ['169.254.169.254', '169.254.169.254'],
    ['169.254.169.254/32', '169.254.169.254'],
    ['::ffff:169.254.169.254', '169.254.169.254'],
    ['fd00:ec2::254/128', 'fd00:0ec2:0::0254'],
    ['fe80::1', 'fe80::1%eth0'],
  ])('opens a metadata or link-local address that is named one by one: %s', (entry, address) => {
    const policy = new AddressPolicy({ allow: [entry], deny: [] });
    expect(policy.check(address)).toEqual({ allowed: true });
    expect(policy.check('169.254.169.253').allowed).toBe(false);
  });

  it('lets EGRESS_DENY win over everything', () => {
    const policy = new AddressPolicy({
      allow: ['10.0.0.0/8', '169.254.169.254'],
      deny: ['10.1.0.0/16', '169.254.169.254', '8.8.8.8', '2606:4700::/32', '::ffff:9.9.9.0/120'],
    });
    const denied = { allowed: false, category: 'denied by EGRESS_DENY' };
    expect(policy.check('10.2.0.1')).toEqual({ allowed: true });
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '169.254.169.254', '8.8.8.8', '2002:808:808::1']) {
      expect(policy.check(address)).toEqual(denied);
    }
    expect(policy.check('2606:4700::1')).toEqual(denied);
    expect(policy.check('9.9.9.9')).toEqual(denied);
  });

  it.each([
    '10.0.0/8',
    '10.0.0.0/33',
    '::/129',
    'example.com',
    '',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ])('refuses the entry %j and names it', (entry) => {
    expect(() => new AddressPolicy({ allow: [entry], deny: [] })).toThrow(
      `EGRESS_ALLOW: ${JSON.stringify(entry)}`,
    );
    expect(() => new AddressPolicy({ allow: [], deny: [entry] })).toThrow(
      `EGRESS_DENY: ${JSON.stringify(entry)}`,
    );
  });
});

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** What an address is, in words that fit "… is a <category> address". */
export type AddressCategory =
  | 'loopback'
  | 'link-local'
  | 'private'
  | 'carrier-grade NAT'
  | 'multicast'
  | 'broadcast'
  | 'unspecified'
  | 'reserved'
  | 'cloud metadata'
  | 'denied by EGRESS_DENY'
  | 'invalid';

export type AddressVerdict = { allowed: true } | { allowed: false; category: AddressCategory };

/** Names of the ranges of ipaddr.js; a range not listed here (other than `unicast`) counts as reserved. */
const CATEGORIES: Readonly<Record<string, AddressCategory>> = {
  loopback: 'loopback',
  linkLocal: 'link-local',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  carrierGradeNat: 'carrier-grade NAT',
  multicast: 'multicast',
  broadcast: 'broadcast',
  unspecified: 'unspecified',
};

/** Where clouds hand credentials to whoever asks. Those outside link-local would be opened by a wide network. */
const METADATA = new Set(
  [
    '169.254.169.254', // AWS, Google, Azure, Oracle, DigitalOcean…
    '169.254.170.2', // AWS ECS task credentials
    '100.100.100.200', // Alibaba
    '168.63.129.16', // Azure wire server
    '192.0.0.192', // Oracle
    'fd00:ec2::254', // AWS over IPv6
    'fd00:ec2::23', // AWS EKS pod identity over IPv6
    'fd20:ce::254', // Google over IPv6
    'fd00:42::42', // Scaleway over IPv6
  ].map((address) => ipaddr.parse(address).toNormalizedString()),
);

const GLOBAL_UNICAST: Network = [ipaddr.IPv6.parse('2000::'), 3];
const MAPPED: Network = [ipaddr.IPv6.parse('::ffff:0:0'), 96];
const TEREDO: Network = [ipaddr.IPv6.parse('2001::'), 32];
const SIX_TO_FOUR: Network = [ipaddr.IPv6.parse('2002::'), 16];
const NAT64_LOCAL: Network = [ipaddr.IPv6.parse('64:ff9b:1::'), 48];
/** Prefixes whose last 32 bits are the IPv4 address. */
const IPV4_SUFFIX: readonly Network[] = [
  MAPPED, // RFC 4291, 2.5.5.2
  [ipaddr.IPv6.parse('::'), 96], // IPv4-compatible, RFC 4291, 2.5.5.1
  [ipaddr.IPv6.parse('::ffff:0:0:0'), 96], // IPv4-translated, RFC 2765
  [ipaddr.IPv6.parse('64:ff9b::'), 96], // NAT64, RFC 6052
];

/**
 * Decides which addresses the program may connect to.
 *
 * Only public unicast addresses are allowed by default. `allow` opens further networks, `deny` closes any and
 * wins. Metadata services and link-local addresses open only when `allow` names the single address. IPv6 forms
 * that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) are judged by what they carry,
 * because the packets end there.
 */
export class AddressPolicy {
  readonly #allow: readonly Network[];
  readonly #deny: readonly Network[];
  readonly #named: ReadonlySet<string>;

  /**
   * @param networks CIDR networks or single addresses, as in EGRESS_ALLOW and EGRESS_DENY.
   * @throws Error naming the variable and the entry that is neither.
   */
  constructor(networks: { allow: readonly string[]; deny: readonly string[] }) {
    this.#allow = networks.allow.map((entry) => parseNetwork(entry, 'EGRESS_ALLOW'));
    this.#deny = networks.deny.map((entry) => parseNetwork(entry, 'EGRESS_DENY'));
    this.#named = new Set(this.#allow.filter(isSingle).map(([address]) => address.toNormalizedString()));
  }

  /** Judges one address in its usual spelling, with or without zone or brackets. A name is `invalid`. */
  check(address: string): AddressVerdict {
    const parsed = parseAddress(address);
    if (parsed === undefined) return { allowed: false, category: 'invalid' };
    const carried = carriedAddresses(parsed);
    if ([parsed, ...carried].some((each) => this.#deny.some((network) => within(each, network)))) {
      return { allowed: false, category: 'denied by EGRESS_DENY' };
    }
    // A tunnel or translation prefix says nothing of its own; an ISATAP address is also itself.
    const judged = carried.length === 0 || isIsatap(parsed) ? [parsed, ...carried] : carried;
    for (const each of judged) {
      const category = this.#refusedCategory(each);
      if (category !== undefined) return { allowed: false, category };
    }
    return { allowed: true };
  }

  #refusedCategory(address: Address): AddressCategory | undefined {
    const spelling = address.toNormalizedString();
    const category = METADATA.has(spelling) ? 'cloud metadata' : categoryOf(address);
    if (category === undefined) return undefined;
    if (category === 'cloud metadata' || category === 'link-local') {
      return this.#named.has(spelling) ? undefined : category;
    }
    return this.#allow.some((network) => within(address, network)) ? undefined : category;
  }
}

function categoryOf(address: Address): AddressCategory | undefined {
  const range: string = address.range();
  if (range !== 'unicast') return CATEGORIES[range] ?? 'reserved';
  // IANA has delegated only 2000::/3 for global unicast; ipaddr.js calls the undelegated rest unicast too.
  return address.kind() === 'ipv6' && !within(address, GLOBAL_UNICAST) ? 'reserved' : undefined;
}

/** The IPv4 addresses an IPv6 address carries; every one of them has to be allowed. */
function carriedAddresses(address: Address): ipaddr.IPv4[] {
  if (address.kind() === 'ipv4') return [];
  const octets = address.toByteArray();
  const at = (...positions: number[]) => new ipaddr.IPv4(positions.map((position) => octets[position] ?? 0));
  const suffix = at(12, 13, 14, 15);
  // `::` and `::1` lie inside the IPv4-compatible prefix and mean themselves.
  if (['unspecified', 'loopback'].includes(address.range())) return [];
  if (IPV4_SUFFIX.some((network) => within(address, network))) return [suffix];
  if (within(address, SIX_TO_FOUR)) return [at(2, 3, 4, 5)]; // RFC 3056
  if (within(address, TEREDO)) {
    // RFC 4380, section 4: the server as it is, the client with every bit inverted.
    return [at(4, 5, 6, 7), new ipaddr.IPv4(suffix.octets.map((octet) => octet ^ 0xff))];
  }
  if (within(address, NAT64_LOCAL)) {
    // RFC 8215 leaves the prefix length to the network; RFC 6052, section 2.2 puts the address elsewhere for
    // each, with octet 8 and the rest behind it zero. Every reading that fits is judged.
    const zeroFrom = (position: number) =>
      octets[8] === 0 && octets.slice(position).every((octet) => octet === 0);
    return [
      suffix,
      ...(zeroFrom(11) ? [at(6, 7, 9, 10)] : []),
      ...(zeroFrom(12) ? [at(7, 9, 10, 11)] : []),
      ...(zeroFrom(13) ? [at(9, 10, 11, 12)] : []),
    ];
  }
  return isIsatap(address) ? [suffix] : [];
}

/** RFC 5214, section 6.1: an interface identifier of `0000:5efe` or `0200:5efe` and the IPv4 address. */
function isIsatap(address: Address): boolean {
  if (address.kind() === 'ipv4') return false;
  const [high = 0, low = 0] = (address as ipaddr.IPv6).parts.slice(4, 6);
  return (high & 0xfdff) === 0 && low === 0x5efe;
}

function within(address: Address, [network, prefix]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, prefix);
}

function isSingle([address, prefix]: Network): boolean {
  return prefix === (address.kind() === 'ipv4' ? 32 : 128);
}

function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  // ipaddr.js also reads octal, hex and short forms; nothing that connects gets to see those.
  return isIP(bare) === 0 ? undefined : ipaddr.parse(bare);
}

function parseNetwork(entry: string, variable: string): Network {
  const [host = '', prefixText, ...rest] = entry.trim().split('/');
  const bits = isIP(host) === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  const prefixFits = prefixText === undefined || (/^\d{1,3}$/.test(prefixText) && prefix <= bits);
  if (isIP(host) === 0 || host.includes('%') || rest.length > 0 || !prefixFits) {
    throw new Error(
      `${variable}: ${JSON.stringify(entry)} is neither an IP address nor a network (such as 10.0.0.0/8 or 192.168.1.7)`,
    );
  }
  const address = ipaddr.parse(host);
  // `::ffff:10.0.0.0/104` means 10.0.0.0/8: mapped addresses are judged as the IPv4 address they carry.
  if (within(address, MAPPED) && prefix >= 96) return [(address as ipaddr.IPv6).toIPv4Address(), prefix - 96];
  return [address, prefix];
}

import ipaddr from 'ipaddr.js';
import { isAddress } from './fields.js';

/** Of an IPv6 address, what a provider gives to one subscriber at least (RFC 6177): the rest is theirs to choose. */
const GROUPS = 4;

/**
 * What limits by address count: IPv4 addresses one by one, however they are written, and IPv6 by /64, of which one caller
 * has 2^64 addresses. Lists of networks that say who may come in are compared with the address itself.
 */
export function addressBlock(ip: string | null): string {
  if (ip === null) return 'unknown';
  if (!isAddress(ip)) return ip;
  const address = ipaddr.process(ip);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  const network = address.parts.slice(0, GROUPS).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

import ipaddr from 'ipaddr.js';

const LOCAL_NAMES = /(^|\.)(localhost|local|internal|lan|home|test|example|invalid)$/;

/** A name or address that only those nearby can reach. */
function isNearby(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (ipaddr.isValid(bare)) return ipaddr.process(bare).range() !== 'unicast';
  return !bare.includes('.') || LOCAL_NAMES.test(bare);
}

/**
 * Whether this GitHub can send us anything. One inside the company may; the public one refuses to take an address that
 * is not on the public internet.
 * @param hostMap EGRESS_HOST_MAP: what is sent elsewhere is not the public one
 */
export function canReachUs(webUrl: string, publicUrl: URL, hostMap: string): boolean {
  const { hostname } = new URL(webUrl);
  const isMapped = hostMap
    .split(',')
    .some((entry) => entry.trim().startsWith(`${hostname}=`) || entry.includes(`.${hostname}=`));
  return isMapped || isNearby(hostname) || !isNearby(publicUrl.hostname);
}

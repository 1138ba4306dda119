import { AddressPolicy } from '../../egress/address-policy.js';
import { EgressClient } from '../../egress/egress.client.js';
import { EgressError } from '../../egress/egress.error.js';
import { HostMap } from '../../egress/host-map.js';
import { KeyError } from './root-key.js';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const NOWHERE = new AddressPolicy({ allow: [], deny: ['0.0.0.0/0', '::/0'] });

/**
 * A way out to one place and no other: the key store that the operator named. It may well be a private address (a VPC
 * endpoint, a Vault in the cluster, an agent on this machine), which EGRESS_ALLOW, the list for integrations, must not
 * have to open for everybody. Integrations never get this client, and EGRESS_HOST_MAP does not apply to it.
 *
 * @param variable that holds the address, for the message.
 * @throws KeyError for an address that keys must not be sent to.
 */
export function egressTo(address: string, variable: string): EgressClient {
  const { protocol, hostname, port, origin, username } = new URL(address);
  if (username !== '') throw new KeyError(`${variable} must not hold a user name or password.`);
  if (protocol !== 'https:' && !LOOPBACK.test(hostname)) {
    throw new KeyError(
      `${variable} starts with http://, over which keys would go unencrypted. Use https://, or an agent on this ` +
        'machine (http://127.0.0.1:…).',
    );
  }
  const number = port || (protocol === 'https:' ? '443' : '80');
  return new EgressClient({
    addresses: NOWHERE,
    hosts: new HostMap(`${hostname}:${number}=${origin}`),
    allowInsecureHttp: true,
  });
}

/** Failures of the network that the next call may not meet; the others are settings to be mended. */
export const isOutage = (error: unknown): error is EgressError =>
  error instanceof EgressError && error.kind !== 'config' && error.kind !== 'blocked';

import { createHash } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { Agent, type buildConnector } from 'undici';
import { EgressError } from './egress.error.js';
import { type AddressGuard, GuardedSocket } from './guarded-socket.js';

/** How a connection is encrypted. All three belong to the server they were given for. */
export interface TlsSettings {
  /** False accepts any certificate. */
  tlsVerify: boolean;
  /** PEM. Trusted instead of the public authorities, not besides them. */
  caCertificate?: string;
  /** PEM. */
  clientCertificate?: { cert: string; key: string; passphrase?: string };
}

/** For look-up, TCP and TLS handshake together, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 5000;
const MAX_POOLS = 64;
const CONNECTIONS_PER_ORIGIN = 64;
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Pools of connections, one per TLS settings and per mapped host; the least recently used go first.
 *
 * A pool is never shared between calls that differ in what was checked: a connection made without verifying
 * the certificate, with a client certificate, or to a place exempt from the address policy, serves no other.
 */
export class ConnectionPools {
  readonly #guard: AddressGuard;
  readonly #agents: LRUCache<string, Agent>;
  /** Agents that left the cache and still serve calls. */
  readonly #leaving = new Set<Agent>();
  readonly #sockets = new Set<Socket>();

  constructor(
    guard: AddressGuard,
    private readonly connectionsPerOrigin = CONNECTIONS_PER_ORIGIN,
  ) {
    this.#guard = guard;
    this.#agents = new LRUCache<string, Agent>({ max: MAX_POOLS, dispose: (agent) => this.#retire(agent) });
  }

  /**
   * @param mappedHost the host name a call was meant for when EGRESS_HOST_MAP sends it elsewhere: the address
   *   is not judged then, and the certificate has to be for this name.
   * @throws EgressError of kind config for a certificate or key that cannot be read.
   */
  agent(tls: TlsSettings, mappedHost?: string): Agent {
    const key = poolKey(tls, mappedHost);
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const place = mappedHost === undefined ? { guard: this.#guard } : { identity: mappedHost };
    const agent = new Agent({
      connect: connector(tls, place, this.#sockets),
      allowH2: false,
      connections: this.connectionsPerOrigin,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    this.#agents.set(key, agent);
    return agent;
  }

  /** Ends every connection, also those still being made. */
  async destroy(): Promise<void> {
    const agents = [...this.#agents.values(), ...this.#leaving];
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #retire(agent: Agent): void {
    this.#leaving.add(agent);
    agent
      .close()
      .catch(() => agent.destroy())
      .finally(() => this.#leaving.delete(agent));
  }
}

/** Hashed where it has a key in it, so that the cache's own keys are no second copy of a private key. */
function poolKey({ tlsVerify, caCertificate, clientCertificate }: TlsSettings, mappedHost?: string): string {
  const { cert, key, passphrase } = clientCertificate ?? {};
  const material =
    caCertificate === undefined && clientCertificate === undefined
      ? ''
      : createHash('sha256')
          .update(JSON.stringify([caCertificate ?? null, cert ?? null, key ?? null, passphrase ?? null]))
          .digest('base64');
  return `${tlsVerify} ${mappedHost ?? ''} ${material}`;
}

/**
 * undici's connector: a guarded TCP connection, encrypted for https. Sessions are not resumed, because Node
 * skips the check of the host name for a resumed session.
 */
function connector(
  tls: TlsSettings,
  { guard, identity }: { guard?: AddressGuard; identity?: string },
  sockets: Set<Socket>,
): buildConnector.connector {
  const secureContext = secureContextOf(tls);
  return ({ hostname, port, protocol }, callback) => {
    const encrypted = protocol === 'https:';
    const raw = new GuardedSocket((host, number) => ({ host, port: number, guard }), 0);
    sockets.add(raw);
    let current: Socket | TLSSocket = raw;
    let settled = false;
    const settle = (error: Error | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (error === null) callback(null, current);
      else callback(error, null);
    };
    const timer = setTimeout(() => {
      const reason = `${identity ?? hostname} did not accept the connection in time.`;
      current.destroy(new EgressError('timeout', reason));
    }, CONNECT_TIMEOUT_MS);
    // The listeners stay: undici adds its own, and a socket without any would end the process on an error.
    raw.on('error', (error) => (current === raw ? settle(error) : current.destroy(error)));
    raw.once('close', () => {
      sockets.delete(raw);
      settle(new EgressError('refused', `${identity ?? hostname} closed the connection.`));
    });
    raw.once('connect', () => {
      if (raw.destroyed) return;
      if (!encrypted) return settle(null);
      const name = (identity ?? hostname).replace(/\.$/, '');
      current = connectTls({
        socket: raw,
        secureContext,
        // Said either way, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch verification off.
        rejectUnauthorized: tls.tlsVerify,
        host: name,
        servername: isIP(name) === 0 ? name : '', // no address in SNI: RFC 6066, section 3
        checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
        ALPNProtocols: ['http/1.1'],
      });
      current.once('secureConnect', () => settle(null)).on('error', settle);
    });
    raw.setNoDelay(true).setKeepAlive(true, 60_000);
    raw.connect(encrypted && port === '' ? 443 : port === '' ? 80 : Number(port), hostname);
  };
}

function secureContextOf({ caCertificate, clientCertificate }: TlsSettings) {
  try {
    return createSecureContext({ ca: caCertificate, ...clientCertificate });
  } catch (cause) {
    throw new EgressError('config', 'The CA certificate, client certificate or key cannot be read.', {
      cause,
    });
  }
}

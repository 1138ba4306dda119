import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, Socket, type LookupFunction } from 'node:net';
import type { AddressPolicy } from './address-policy.js';
import { blockedAddress, EgressError } from './egress.error.js';

/** All addresses of a name, in the order to try them. Rejects the way `dns.lookup` does. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** The address policy as a connecting socket meets it: at look-up, for literals, and once connected. */
export class AddressGuard {
  readonly #addresses: AddressPolicy;
  readonly #resolve: Resolve;

  constructor(addresses: AddressPolicy, resolve: Resolve = (hostname) => lookup(hostname, { all: true })) {
    this.#addresses = addresses;
    this.#resolve = resolve;
  }

  /** The error to refuse `address` with, or undefined when it is allowed. `host` is what people call it. */
  refusal(address: string, host: string): EgressError | undefined {
    const verdict = this.#addresses.check(address);
    return verdict.allowed ? undefined : blockedAddress(host, verdict.category);
  }

  /**
   * Stands in for `dns.lookup` in `net.connect`: the socket gets allowed addresses only, and connects to these
   * very addresses, so that a second, different answer of the name server (DNS rebinding) has no effect.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const { family } = options;
    this.#allowedAddresses(hostname, family === 4 || family === 6 ? family : 0).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all || first === undefined) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

  async #allowedAddresses(hostname: string, family: 0 | 4 | 6): Promise<LookupAddress[]> {
    const found = (await this.#resolve(hostname)).filter((each) => family === 0 || each.family === family);
    const [first] = found;
    if (first === undefined) throw new EgressError('dns', `${hostname} has no network address.`);
    const allowed = found.filter(({ address }) => this.refusal(address, hostname) === undefined);
    if (allowed.length === 0) throw this.refusal(first.address, hostname);
    return allowed;
  }
}

/** Where a socket really goes; without a guard the operator named the place and it is not judged. */
export interface Route {
  host: string;
  port: number;
  guard?: AddressGuard;
}

/** Node gives up on an address after a quarter of a second while it has another: too soon for the far side of the world. */
const ATTEMPTS = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1000 };

/**
 * An unconnected TCP socket whose `connect` is guarded. Only a port and a host can be connected to (no path
 * of a Unix socket), and of connect's options only these two are heeded. Refusals arrive as `error` events
 * with an EgressError; other errors are Node's own (`toEgressError` explains them).
 */
export class GuardedSocket extends Socket {
  readonly #route: (host: string, port: number) => Route;
  readonly #timeoutMs: number;

  /** @param timeoutMs for look-up and connection together; 0 for none. */
  constructor(route: (host: string, port: number) => Route, timeoutMs: number) {
    super();
    this.#route = route;
    this.#timeoutMs = timeoutMs;
  }

  override connect(...args: unknown[]): this {
    const listener = args.findLast((each) => typeof each === 'function');
    if (listener !== undefined) this.once('connect', listener as () => void);
    const wanted = endpointOf(args);
    if (wanted === undefined) {
      return this.#refuse(new EgressError('config', 'Only a host and a port can be connected to.'));
    }
    const { host, port, guard } = this.#route(wanted.host, wanted.port);
    if (guard === undefined) {
      this.#startTimer(wanted.host);
      return super.connect({ ...ATTEMPTS, host, port });
    }
    const refusal = isIP(host) === 0 ? undefined : guard.refusal(host, wanted.host);
    if (refusal !== undefined) return this.#refuse(refusal);
    this.#startTimer(wanted.host);
    // Before every other listener, so that not a byte is written to an address that is not allowed.
    this.prependOnceListener('connect', () => {
      const late = guard.refusal(this.remoteAddress ?? '', wanted.host);
      if (late !== undefined) this.destroy(late);
    });
    return super.connect({ ...ATTEMPTS, host, port, lookup: guard.lookup });
  }

  #refuse(error: EgressError): this {
    // As with any socket, the caller has the rest of this turn to attach its listeners.
    process.nextTick(() => this.destroy(error));
    return this;
  }

  #startTimer(host: string): void {
    if (this.#timeoutMs === 0) return;
    const timer = setTimeout(
      () => this.destroy(new EgressError('timeout', `${host} did not accept the connection in time.`)),
      this.#timeoutMs,
    );
    const stop = () => clearTimeout(timer);
    this.once('connect', stop).once('close', stop);
  }
}

/** Reads the argument forms of `net.Socket.connect`; undefined for those that name no TCP port. */
function endpointOf(args: unknown[]): { host: string; port: number } | undefined {
  const [first, second] = args;
  const options =
    typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : undefined;
  if (typeof options?.path === 'string') return undefined;
  const host = options === undefined ? second : options.host;
  const portText = options === undefined ? first : options.port;
  if (typeof portText !== 'number' && typeof portText !== 'string') return undefined;
  const port = /^\d{1,5}$/.test(String(portText)) ? Number(portText) : 0;
  if (port < 1 || port > 65535) return undefined;
  return { host: typeof host === 'string' && host !== '' ? host : 'localhost', port };
}

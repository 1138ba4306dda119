import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy.js';
import { CONNECT_TIMEOUT_MS, ConnectionPools, type TlsSettings } from './connector.js';
import { Deadline } from './deadline.js';
import { EgressError, RequestTooLargeError, toEgressError } from './egress.error.js';
import { AddressGuard, GuardedSocket, type Resolve } from './guarded-socket.js';
import type { HostMap } from './host-map.js';
import { type Hop, redirectedHop, validHeaders, validMethod, validUrl } from './request-rules.js';
import { ACCEPTED_ENCODINGS, contentCodings, readBody } from './response-body.js';
import { type EgressStreamResponse, StreamedCall, type StreamLimits } from './streamed-call.js';

/** What every call has. */
interface EgressCall {
  method: string;
  /** http or https, without user name and password. */
  url: string | URL;
  /** Without Host, Content-Length, Transfer-Encoding, Connection and the like: the client decides those. */
  headers?: Record<string, string>;
  /** Default true. False accepts any certificate of the host named in `url`. */
  tlsVerify?: boolean;
  /** PEM; trusted instead of the public authorities, for the host named in `url`. */
  caCertificate?: string;
  /** PEM; shown to the origin of `url` only. */
  clientCertificate?: { cert: string; key: string; passphrase?: string };
  signal?: AbortSignal;
}

export interface EgressRequest extends EgressCall {
  body?: string | Buffer;
  /** For the whole call with its redirects, in milliseconds; default 10000. */
  timeoutMs?: number;
  /** After decompression; default 1 MiB. */
  maxResponseBytes?: number;
  /** Default 3; with 0 a redirect is handed back as it came. */
  maxRedirects?: number;
}

export interface EgressStreamRequest extends EgressCall {
  /** A stream is destroyed when the call ends before it does. */
  body?: Readable | Buffer;
  /** Of a stream whose length is known; otherwise it is sent in chunks. */
  bodyLength?: number;
  limits: StreamLimits;
}

export interface EgressResponse {
  status: number;
  /** Lower-case names. Of a body that was decompressed, without Content-Encoding and Content-Length. */
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  durationMs: number;
  /** The address that answered, after redirects and before EGRESS_HOST_MAP. It may hold secrets in its query. */
  url: string;
}

export interface EgressPolicy {
  addresses: AddressPolicy;
  hosts: HostMap;
  /** Default false: http, which anybody on the way can read, only goes to places of EGRESS_HOST_MAP. */
  allowInsecureHttp?: boolean;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** A redirect's own body is read up to here, so that the connection can serve the next hop. */
const REDIRECT_BODY_BYTES = 16 * 1024;
const MAX_TIMEOUT_MS = 10 * 60_000;
/** A stream may hold its connection for minutes, and a busy service has many at once. */
const STREAMS_PER_ORIGIN = 256;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const USER_AGENT = `Latchkey/${version}`;

/** The only way out of the program: HTTP calls and raw sockets that reach allowed addresses only. */
export class EgressClient {
  readonly #policy: EgressPolicy;
  readonly #guard: AddressGuard;
  readonly #pools: ConnectionPools;
  /** Apart, so that long transfers keep no short call waiting for a connection. */
  readonly #streamPools: ConnectionPools;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(policy: EgressPolicy) {
    this.#policy = policy;
    this.#guard = new AddressGuard(policy.addresses, policy.resolve);
    this.#pools = new ConnectionPools(this.#guard);
    this.#streamPools = new ConnectionPools(this.#guard, STREAMS_PER_ORIGIN);
  }

  /**
   * Makes one HTTP call. Every status is an answer, not an error.
   * @throws EgressError and nothing else.
   */
  async request(request: EgressRequest): Promise<EgressResponse> {
    const call = this.#call(request);
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  /**
   * Makes one HTTP call whose bodies pass through. Every status is an answer, redirects too, and the body comes
   * as the server sent it. The caller reads the body to its end or destroys it.
   * @throws EgressError and nothing else; what happens after the headers is an error of the body.
   */
  async stream(request: EgressStreamRequest): Promise<EgressStreamResponse> {
    const { body, bodyLength, limits, signal } = request;
    const { tlsVerify = true, caCertificate, clientCertificate } = request;
    const hop = firstHop({ ...request, body: undefined });
    const length = Buffer.isBuffer(body) ? body.length : bodyLength;
    if ((length ?? 0) > limits.requestBytes) throw new RequestTooLargeError(limits.requestBytes);
    const place = this.#place(hop.url, { tlsVerify, caCertificate, clientCertificate }, this.#streamPools);
    const call = new StreamedCall(place.host, limits, body !== undefined && !Buffer.isBuffer(body), signal);
    this.#underWay.add(call.ended);
    void call.ended.then(() => this.#underWay.delete(call.ended));
    try {
      place.agent.dispatch(
        {
          ...place.target,
          method: hop.method,
          headers: {
            'user-agent': USER_AGENT,
            ...hop.headers,
            host: place.host,
            ...(length !== undefined && body !== undefined && { 'content-length': String(length) }),
          },
          body,
          // The call watches its own times, which heed both directions.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        call,
      );
    } catch (error) {
      call.fail(error);
    }
    return call.answer;
  }

  /**
   * An unconnected socket for other protocols. Its `connect(port, host)` resolves the name once, checks the
   * addresses and connects to one that is allowed, or emits an `error` that is an EgressError. Fits the
   * `stream` option of pg: `stream: () => egress.socket()`. Once connected it is the caller's: `close` of this
   * client leaves it alone.
   *
   * @param options timeoutMs: for look-up and connection; default 5000.
   */
  socket(options: { timeoutMs?: number } = {}): Socket {
    const timeoutMs = within('timeoutMs', options.timeoutMs ?? CONNECT_TIMEOUT_MS, 1, MAX_TIMEOUT_MS);
    return new GuardedSocket((host, port) => {
      const endpoint = this.#policy.hosts.rewriteEndpoint(host, port);
      return { ...endpoint, guard: endpoint.mapped ? undefined : this.#guard };
    }, timeoutMs);
  }

  /** Lets the calls under way finish and closes all pooled connections; later calls are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await Promise.all([this.#pools.destroy(), this.#streamPools.destroy()]);
  }

  async #call(request: EgressRequest): Promise<EgressResponse> {
    const started = performance.now();
    const { signal, tlsVerify = true, caCertificate, clientCertificate } = request;
    const timeoutMs = within('timeoutMs', request.timeoutMs ?? 10_000, 1, MAX_TIMEOUT_MS);
    const limit = within('maxResponseBytes', request.maxResponseBytes ?? 1024 * 1024, 0, 2 ** 31);
    const maxRedirects = within('maxRedirects', request.maxRedirects ?? 3, 0, 20);
    let hop = firstHop(request);
    let tls: TlsSettings = { tlsVerify, caCertificate, clientCertificate };
    const deadline = new Deadline(timeoutMs, signal);
    try {
      for (let redirects = 0; ; redirects += 1) {
        const response = await this.#send(hop, tls, timeoutMs, deadline);
        const location = response.headers.location;
        const { statusCode: status, headers } = response;
        if (maxRedirects === 0 || !REDIRECTS.has(status) || typeof location !== 'string') {
          const codings = contentCodings(headers['content-encoding']);
          const body = await readBody(response.body, codings, limit, hop.url.host);
          return {
            status,
            headers: codings.length === 0 || body.length === 0 ? headers : withoutCoding(headers),
            body,
            durationMs: performance.now() - started,
            url: hop.url.href,
          };
        }
        await response.body.dump({ limit: REDIRECT_BODY_BYTES, signal: deadline.signal });
        if (redirects === maxRedirects) {
          throw new EgressError('bad_response', `${hop.url.host} redirects more than ${maxRedirects} times.`);
        }
        const next = redirectedHop(hop, status, location);
        tls = tlsSettingsFor(next.url, hop.url, tls);
        hop = next;
      }
    } catch (error) {
      throw deadline.error(hop.url.host) ?? toEgressError(error, hop.url.host);
    } finally {
      deadline.stop();
    }
  }

  async #send(
    hop: Hop,
    tls: TlsSettings,
    timeoutMs: number,
    deadline: Deadline,
  ): Promise<Dispatcher.ResponseData> {
    const { agent, target, host } = this.#place(hop.url, tls, this.#pools);
    deadline.answered = false;
    const answer = agent.request({
      ...target,
      method: hop.method,
      headers: {
        'user-agent': USER_AGENT,
        'accept-encoding': ACCEPTED_ENCODINGS,
        ...hop.headers,
        host,
      },
      body: hop.body,
      signal: deadline.signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    // undici rejects a cancelled call only once its connection stands or fails; it is never sent then.
    const response = await Promise.race([answer, deadline.passed]);
    deadline.answered = true;
    return response;
  }

  /** Where a call really goes, and over which connections. @throws EgressError of kind config */
  #place(meant: URL, tls: TlsSettings, pools: ConnectionPools) {
    if (this.#closed) throw new EgressError('config', 'Latchkey is shutting down and makes no more calls.');
    const { url, mapped, host } = this.#policy.hosts.rewrite(meant);
    if (url.protocol === 'http:' && !mapped && this.#policy.allowInsecureHttp !== true) {
      throw new EgressError(
        'config',
        `${host} would be called over http, unencrypted. Use an https address.`,
      );
    }
    const agent = pools.agent(tls, mapped ? meant.hostname.replace(/^\[(.*)\]$/, '$1') : undefined);
    return { agent, host, target: { origin: url.origin, path: url.pathname + url.search } };
  }
}

function firstHop({ method, url, headers = {}, body }: EgressRequest): Hop {
  return {
    method: validMethod(method),
    url: validUrl(url),
    headers: validHeaders(headers),
    body: body?.length ? body : undefined,
  };
}

/** Trust and certificates were given for one server: a client certificate is a credential of its origin. */
function tlsSettingsFor(to: URL, from: URL, tls: TlsSettings): TlsSettings {
  if (to.origin === from.origin) return tls;
  if (to.hostname !== from.hostname) return { tlsVerify: true };
  return { tlsVerify: tls.tlsVerify, caCertificate: tls.caCertificate };
}

function withoutCoding({
  'content-encoding': _coding,
  'content-length': _length,
  ...headers
}: EgressResponse['headers']): EgressResponse['headers'] {
  return headers;
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new EgressError('config', `${name} has to be a whole number from ${least} to ${most}.`);
}

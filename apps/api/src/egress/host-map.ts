import { isIPv6 } from 'node:net';

interface Target {
  url: URL;
  /** `http` also stands for https: which calls the entry applies to. */
  family: 'http' | 'tcp';
}

export interface RewrittenUrl {
  /** Where to connect to. */
  url: URL;
  /** True when an entry applied: the operator named the destination, so the address policy does not judge it. */
  mapped: boolean;
  /** The value of the Host header: always the host the call was meant for. */
  host: string;
}

export interface RewrittenEndpoint {
  host: string;
  port: number;
  mapped: boolean;
}

/**
 * EGRESS_HOST_MAP: sends what is meant for one host to another address.
 *
 * An entry is `host=url` or `host:port=url`; without a port it applies to every port, and one with the port
 * wins. A target of `http:` or `https:` serves HTTP calls (its path becomes a prefix), one of `tcp:` serves
 * raw sockets (without a port, the port asked for is kept).
 */
export class HostMap {
  readonly #targets = new Map<string, Target>();

  /** @throws Error naming the entry's host (never its target, which might hold a password). */
  constructor(entries: string) {
    for (const entry of entries.split(',').map((each) => each.trim())) {
      if (entry === '') continue;
      const separator = entry.indexOf('=');
      if (separator < 1) throw invalid(separator === -1 ? 'an entry without "="' : 'an entry without a host');
      const name = entry.slice(0, separator).trim();
      const target = parseTarget(entry.slice(separator + 1).trim(), name);
      const key = `${target.family} ${parseKey(name)}`;
      if (this.#targets.has(key)) throw invalid(`${JSON.stringify(name)} twice`);
      this.#targets.set(key, target);
    }
  }

  /** `host → target` of every entry, for the note in the log at start. */
  describe(): string[] {
    return [...this.#targets].map(
      ([key, target]) => `${key.slice(key.indexOf(' ') + 1)} → ${target.url.href}`,
    );
  }

  /** Rewrites an http or https URL; the URL given is left as it is. */
  rewrite(url: URL): RewrittenUrl {
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const target = this.#find('http', url.hostname, port);
    if (target === undefined) return { url, mapped: false, host: url.host };
    const rewritten = new URL(target.url);
    rewritten.pathname = target.url.pathname.replace(/\/$/, '') + url.pathname;
    rewritten.search = url.search;
    return { url: rewritten, mapped: true, host: url.host };
  }

  /** Rewrites where a raw socket connects to. IPv6 addresses come and go without brackets. */
  rewriteEndpoint(host: string, port: number): RewrittenEndpoint {
    const target = this.#find('tcp', isIPv6(host) ? `[${host}]` : host, port);
    if (target === undefined) return { host, port, mapped: false };
    return {
      host: target.url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: target.url.port === '' ? port : Number(target.url.port),
      mapped: true,
    };
  }

  #find(family: Target['family'], hostname: string, port: number): Target | undefined {
    if (this.#targets.size === 0) return undefined;
    const host = canonicalHost(hostname);
    return this.#targets.get(`${family} ${host}:${port}`) ?? this.#targets.get(`${family} ${host}`);
  }
}

function parseKey(name: string): string {
  const [, hostname = '', port] = /^(\[[^\]]+\]|[^:[\]/?#@\s]+)(?::(\d{1,5}))?$/.exec(name) ?? [];
  const host = hostname === '' ? undefined : canonicalHost(hostname);
  if (host === undefined || (port !== undefined && !isPort(Number(port)))) {
    throw invalid(`${JSON.stringify(name)}, which is neither a host nor host:port`);
  }
  return port === undefined ? host : `${host}:${Number(port)}`;
}

function parseTarget(text: string, name: string): Target {
  const url = URL.parse(text);
  const named = JSON.stringify(name);
  if (url === null || !['http:', 'https:', 'tcp:'].includes(url.protocol) || url.hostname === '') {
    throw invalid(`a target for ${named} that is not an http, https or tcp URL`);
  }
  if (url.username !== '' || url.password !== '')
    throw invalid(`a user name or password in the URL for ${named}`);
  if (url.search !== '' || url.hash !== '') throw invalid(`a query or fragment in the URL for ${named}`);
  const family = url.protocol === 'tcp:' ? 'tcp' : 'http';
  if (family === 'tcp' && !['', '/'].includes(url.pathname))
    throw invalid(`a path in the tcp URL for ${named}`);
  return { url, family };
}

/** One spelling per host: lower case, punycode, no final dot, numbers read the way URLs read them. */
function canonicalHost(hostname: string): string | undefined {
  return URL.parse(`http://${hostname.replace(/\.$/, '')}`)?.hostname;
}

function isPort(port: number): boolean {
  return port > 0 && port < 65536;
}

function invalid(what: string): Error {
  return new Error(`EGRESS_HOST_MAP has ${what} (write host=url,host:port=url)`);
}

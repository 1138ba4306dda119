import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { LocalServers } from './local-servers.js';

/** A request as it arrived. */
export interface Received {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as application/json. */
  json?: unknown;
  /** Sent as it is, as text/html unless `headers` say otherwise. */
  text?: string;
}

type Script = Answer | ((request: Received) => Answer | Promise<Answer>);

const NOTHING_THERE: Answer = { status: 404, json: { message: 'Not Found' } };

/**
 * Plays a provider on the wire: it records what it is sent and answers what the test says. `Counterpart.start()`
 * serves http, `Counterpart.start({ cert, key })` https, both on 127.0.0.1.
 */
export class Counterpart {
  readonly requests: Received[] = [];
  /** Requests that wait for an answer at this moment, and the most there ever were. */
  waiting = 0;
  mostWaiting = 0;
  url: string;
  private scripts = new Map<string, Script>();
  private gate: Promise<void> = Promise.resolve();
  private open = (): void => undefined;
  private readonly servers = new LocalServers();

  static async start(tls?: ServerOptions): Promise<Counterpart> {
    const counterpart = new Counterpart();
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      void counterpart.serve(request, response);
    counterpart.url = tls
      ? await counterpart.servers.https(tls, listener)
      : await counterpart.servers.http(listener);
    return counterpart;
  }

  /** Begins anew: nobody is kept waiting any more. @param scripts by `METHOD /path` without the query, or `*` for all others; what is not named answers 404. */
  answers(scripts: Record<string, Script>): void {
    this.open();
    this.scripts = new Map(Object.entries(scripts));
    this.requests.length = 0;
    this.mostWaiting = 0;
  }

  /** Keeps every caller waiting until the function it returns is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = promise;
    this.open = resolve;
    return resolve;
  }

  /** `EGRESS_HOST_MAP` that sends these hosts here. */
  mapping(...hosts: string[]): string {
    return hosts.map((host) => `${host}=${this.url}`).join(',');
  }

  close(): Promise<void> {
    return this.servers.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.waiting += 1;
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    response.once('close', () => (this.waiting -= 1));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received: Received = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(received);
    await this.gate;
    const key = `${received.method} ${received.path.split('?')[0]}`;
    const script = this.scripts.get(key) ?? this.scripts.get('*') ?? NOTHING_THERE;
    this.send(response, typeof script === 'function' ? await script(received) : script);
  }

  private send(response: ServerResponse, { status = 200, headers = {}, json, text }: Answer): void {
    const isJson = json !== undefined;
    const type = isJson ? 'application/json' : 'text/html; charset=utf-8';
    response.writeHead(status, { ...(isJson || text ? { 'content-type': type } : {}), ...headers });
    response.end(isJson ? JSON.stringify(json) : text);
  }
}

/** Waits for what a running job will bring about; only where a real queue works. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  what: string,
): Promise<T> {
  for (let attempt = 0; attempt < 1800; attempt += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`It did not come about: ${what}`);
}

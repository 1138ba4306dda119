import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Timing } from '../src/timing.js';

/** A request as it arrived. */
export interface Received {
  method: string;
  /** As on the wire, with the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Plays Latchkey on the wire. It answers request after request with the next handler of the script. */
export class Wire {
  readonly received: Received[] = [];
  url: string;
  private script: Handler[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => this.serve(request, response));
  }

  static async start(): Promise<Wire> {
    const wire = new Wire();
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    wire.url = `http://127.0.0.1:${(wire.server.address() as AddressInfo).port}`;
    return wire;
  }

  /** Begins anew. More requests than handlers are answered 500, which no test expects. */
  answers(...script: Handler[]): void {
    this.received.length = 0;
    this.script = script;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const record: Received = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: '',
    };
    this.received.push(record);
    // Tests break connections on purpose.
    request.on('error', () => undefined);
    const handler = this.script.shift() ?? json(500, {});
    if (STREAMING.has(handler)) {
      handler(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      record.body = Buffer.concat(chunks).toString();
      handler(request, response);
    });
  }
}

const STREAMING = new WeakSet<Handler>();

/** The handler reads the body itself. */
export function streaming(handler: Handler): Handler {
  STREAMING.add(handler);
  return handler;
}

export const reply =
  (status: number, headers: Record<string, string> = {}, body = ''): Handler =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  reply(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));

export const success = (data: object): Handler => json(200, { success: true, data });

/** Latchkey's own refusal, as on the proxy's route. */
export const refusal = (
  status: number,
  code: string,
  error: object = {},
  headers: Record<string, string> = {},
) =>
  json(
    status,
    { success: false, error: { code, message: `No: ${code}`, request_id: 'r-1', ...error } },
    { 'x-latchkey-error': code, 'x-request-id': 'r-1', ...headers },
  );

/** Cuts the connection without an answer. */
export const hangUp: Handler = (request) => request.socket.destroy();

/** Time that passes when the test says so. */
export class TestTiming implements Timing {
  time = Date.parse('2026-03-01T12:00:00Z');
  chance = 1;
  /** How long each wait between two attempts was; they pass at once. */
  readonly waits: number[] = [];
  /** What ends an attempt that takes too long; it comes when the test calls it. */
  deadlines = new Set<() => void>();
  /** Called when a wait begins, which then lasts for ever. */
  onWait: (() => void) | undefined;

  constructor(private readonly deadlineMs = 60_000) {}

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  after(milliseconds: number, run: () => void): () => void {
    if (milliseconds === this.deadlineMs) {
      this.deadlines.add(run);
      return () => this.deadlines.delete(run);
    }
    this.waits.push(milliseconds);
    if (this.onWait) {
      queueMicrotask(this.onWait);
      return () => undefined;
    }
    queueMicrotask(run);
    return () => undefined;
  }

  /** All attempts under way have had their time. */
  timeIsUp(): void {
    for (const run of this.deadlines) run();
  }
}

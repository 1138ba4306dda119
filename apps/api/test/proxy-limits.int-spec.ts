import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ProxyLimits } from '../src/access/proxy/proxy-limits.js';
import { answerTo, bytes, MIB } from './support/bodies.js';
import { ProxyStage } from './support/proxy-stage.js';

const SIZE = 100 * MIB;

let stage: ProxyStage;
let id: string;
/** What the provider does with a call. */
let provider: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  stage = await ProxyStage.start();
  id = await stage.integrate(await stage.servers.http((request, response) => provider(request, response)));
});

afterAll(() => stage.close());

afterEach(() => {
  stage.limits.stream = new ProxyLimits().stream;
});

describe('a connection', () => {
  it('serves the next call after one whose body nobody wanted', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      provider = (_request, response) => response.writeHead(413).end('no');
      const headers = { 'content-length': String(4 * MIB) };
      const body = Buffer.alloc(4 * MIB);
      const refused = await stage.call('/x', { id, method: 'POST', headers, body, agent });
      expect([refused.status, refused.text]).toEqual([413, 'no']);
      const unknown = await stage.call('/x', {
        id: crypto.randomUUID(),
        method: 'POST',
        headers,
        body,
        agent,
      });
      expect(unknown.status).toBe(404);
      provider = (_request, response) => response.end('sound');
      expect((await stage.call('/x', { id, agent })).text).toBe('sound');
    } finally {
      agent.destroy();
    }
  });

  it('serves pipelined calls in their order', async () => {
    provider = (request, response) => response.end(request.url);
    const head = (path: string, more = '') =>
      `GET /api/v1/integrations/${id}/proxy${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${stage.token.token}\r\n${more}\r\n`;
    const answer = await stage.exchange(
      head('/one') + head('/two') + head('/three', 'Connection: close\r\n'),
    );
    expect(answer.match(/\/(one|two|three)(?=\r?\n|HTTP|$)/g)).toEqual(['/one', '/two', '/three']);
  });

  it('is closed on a caller that goes on sending what nobody wants', async () => {
    stage.limits.lingerMs = 50;
    try {
      const outgoing = stage
        .open('/x', { id: crypto.randomUUID(), method: 'POST' })
        .on('error', () => undefined);
      outgoing.write('x');
      const response = await answerTo(outgoing);
      expect([response.statusCode, JSON.parse(String(await buffer(response))).error.code]).toEqual([
        404,
        'NOT_FOUND',
      ]);
      await once(outgoing, 'close');
    } finally {
      stage.limits.lingerMs = 5000;
    }
  });
});

describe('limits', () => {
  const limit = (some: Partial<ProxyLimits['stream']>) => Object.assign(stage.limits.stream, some);

  it('refuses a body that is too large, announced or not', async () => {
    limit({ requestBytes: 100_000 });
    provider = (request) => void request.resume();
    const framings: Record<string, string>[] = [
      { 'content-length': '100001' },
      { 'transfer-encoding': 'chunked' },
    ];
    for (const headers of framings) {
      const call = { id, method: 'POST', headers, body: Buffer.alloc(100_001) };
      const { status, json } = await stage.call('/x', call);
      expect([status, json.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    }
  });

  it('breaks off an answer that is too large', async () => {
    limit({ responseBytes: 100_000 });
    provider = (_request, response) => response.end(Buffer.alloc(100_001));
    const response = await answerTo(stage.open('/x', { id }).end());
    await expect(buffer(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('gives up on a provider that does not answer', async () => {
    limit({ headersMs: 50 });
    provider = () => undefined;
    const { status, json } = await stage.call('/x', { id });
    expect([status, json.error]).toEqual([
      504,
      expect.objectContaining({
        code: 'UPSTREAM_TIMEOUT',
        details: expect.objectContaining({
          kind: 'timeout',
          reason: expect.stringContaining('0.05 seconds'),
        }),
      }),
    ]);
  });

  it.each([1000, 100_000])('gives up on a caller that stalls in a body of %d bytes', async (length) => {
    limit({ idleMs: 50 });
    provider = (request) => void request.resume();
    const headers = { 'content-length': String(length) };
    const outgoing = stage.open('/x', { id, method: 'POST', headers }).on('error', () => undefined);
    outgoing.write('x');
    const response = await answerTo(outgoing);
    expect([400, 504]).toContain(response.statusCode);
    response.resume();
  });

  it('gives up on a provider that stalls in its answer, and on a caller that does not take one', async () => {
    limit({ idleMs: 50 });
    provider = (_request, response) => void response.write('x');
    const stalled = await answerTo(stage.open('/x', { id }).end());
    await expect(buffer(stalled)).rejects.toMatchObject({ code: 'ECONNRESET' });

    const closed = Promise.withResolvers<void>();
    provider = (_request, response) => {
      response.once('close', () => closed.resolve());
      bytes(SIZE).stream.pipe(response);
    };
    const unread = await answerTo(stage.open('/x', { id }).end());
    await closed.promise;
    unread.destroy();
  });
});

import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerTo, bytes, digest, MIB, settled } from './support/bodies.js';
import { eventually } from './support/counterpart.js';
import { ProxyStage } from './support/proxy-stage.js';

const SIZE = 100 * MIB;
/** More than the sockets of three processes' sides hold, and far less than a body. */
const BUFFERS = 48 * MIB;

let stage: ProxyStage;
let id: string;
/** What the provider does with a call. */
let provider: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  stage = await ProxyStage.start();
  id = await stage.integrate(await stage.servers.http((request, response) => provider(request, response)));
});

afterAll(() => stage.close());

describe('a body of 100 MB', () => {
  it.each([
    ['with a length', { 'content-length': String(SIZE) }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('is passed on to the provider %s', async (_how, headers) => {
    const arrived = Promise.withResolvers<string>();
    provider = (request, response) =>
      void digest(request).then((hash) => {
        arrived.resolve(hash);
        response.end(JSON.stringify(request.headers));
      });
    const outgoing = stage.open('/upload', { id, method: 'PUT', headers });
    bytes(SIZE).stream.pipe(outgoing);
    const seen = JSON.parse(String(await buffer(await answerTo(outgoing))));
    expect(seen).toMatchObject(headers);
    expect(await arrived.promise).toBe(await digest(bytes(SIZE).stream));
  });

  it.each([
    ['with a length', { 'content-length': String(SIZE) }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('is passed on to the caller %s', async (_how, headers) => {
    provider = (_request, response) => {
      response.writeHead(200, headers);
      bytes(SIZE).stream.pipe(response);
    };
    const response = await answerTo(stage.open('/download', { id }).end());
    expect(response.headers).toMatchObject(headers);
    expect(await digest(response)).toBe(await digest(bytes(SIZE).stream));
  });

  it('is held back at a caller that does not read', async () => {
    const data = bytes(SIZE);
    provider = (_request, response) => data.stream.pipe(response);
    const response = await answerTo(stage.open('/download', { id }).end());
    expect(await settled(data.taken)).toBeLessThan(BUFFERS);
    expect(await digest(response)).toBe(await digest(bytes(SIZE).stream));
  });

  it('is held back at a provider that does not read', async () => {
    const { promise: read, resolve: start } = Promise.withResolvers<void>();
    provider = (request, response) => void read.then(async () => response.end(await digest(request)));
    const data = bytes(SIZE);
    const outgoing = stage.open('/upload', { id, method: 'POST' });
    data.stream.pipe(outgoing);
    expect(await settled(data.taken)).toBeLessThan(BUFFERS);
    start();
    expect(String(await buffer(await answerTo(outgoing)))).toBe(await digest(bytes(SIZE).stream));
  });
});

describe('a stream', () => {
  it('begins before it has ended, both ways at once', async () => {
    provider = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      request.pipe(response);
    };
    const outgoing = stage.open('/echo', { id, method: 'POST' });
    outgoing.write('first');
    const response = await answerTo(outgoing);
    expect(String((await once(response, 'data'))[0])).toBe('first');
    outgoing.end('second');
    expect(String(await buffer(response))).toBe('second');
  });

  it('shows its headers at once, though the body is long in coming', async () => {
    const { promise: go, resolve } = Promise.withResolvers<void>();
    provider = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      void go.then(() => response.end('data: 1\n\n'));
    };
    const response = await answerTo(stage.open('/events', { id }).end());
    expect(response.headers['content-type']).toBe('text/event-stream');
    resolve();
    expect(String(await buffer(response))).toBe('data: 1\n\n');
  });

  it('ends at the provider when the caller leaves, in whatever moment', async () => {
    const moments = ['before the answer', 'in the middle of the answer', 'in the middle of the body'];
    for (const moment of moments) {
      const closed = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      provider = (request, response) => {
        response.once('close', () => closed.resolve());
        request.once('data', () => begun.resolve()).on('error', () => undefined);
        if (moment === 'in the middle of the answer') bytes(SIZE).stream.pipe(response);
        if (moment === 'before the answer') begun.resolve();
      };
      const outgoing = stage.open('/x', { id, method: moment.endsWith('body') ? 'POST' : 'GET' });
      outgoing.on('error', () => undefined);
      if (moment === 'in the middle of the body') outgoing.write('x'.repeat(100_000));
      else outgoing.end();
      if (moment === 'in the middle of the answer') await once(await answerTo(outgoing), 'data');
      else await begun.promise;
      outgoing.destroy();
      await closed.promise;
    }
    // Nobody's failure.
    expect((await stage.usage(id)).errors).toBe(0);
  });

  it('leaves no place taken when its caller left', async () => {
    stage.limits.callsPerIntegration = 1;
    try {
      const begun = Promise.withResolvers<void>();
      provider = () => begun.resolve();
      const outgoing = stage.open('/x', { id }).on('error', () => undefined);
      outgoing.end();
      await begun.promise;
      outgoing.destroy();
      provider = (_request, response) => response.end('free');
      const answer = await eventually(async () => {
        const { status, text } = await stage.call('/x', { id });
        return status === 200 && text;
      }, 'the place is free again');
      expect(answer).toBe('free');
    } finally {
      stage.limits.callsPerIntegration = 50;
    }
  });

  it.each([{ 'content-length': '10' }, { 'transfer-encoding': 'chunked' }])(
    'that the provider breaks off looks broken off to the caller: %j',
    async (headers) => {
      provider = (_request, response) => {
        response.writeHead(200, headers);
        response.write('12345', () => response.destroy());
      };
      const response = await answerTo(stage.open('/x', { id }).end());
      await expect(buffer(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await stage.usage(id)).errors).toBeGreaterThan(0);
    },
  );
});

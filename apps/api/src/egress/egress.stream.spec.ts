import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { echoed, EgressBench, expectFailure, NOTHING_OPEN } from '../../test/support/egress-bench.js';
import type { EgressStreamRequest } from './egress.client.js';
import { RequestTooLargeError } from './egress.error.js';
import type { StreamLimits } from './streamed-call.js';

const MIB = 1024 * 1024;
/** More than the sockets of both sides and the streams between them hold. */
const BUFFERS = 24 * MIB;

let bench: EgressBench;

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

const limits = (some: Partial<StreamLimits> = {}): StreamLimits => ({
  headersMs: 10_000,
  idleMs: 10_000,
  totalMs: 30_000,
  requestBytes: 1024 * MIB,
  responseBytes: 1024 * MIB,
  ...some,
});

const to = (url: string, more: Partial<EgressStreamRequest> = {}): EgressStreamRequest => ({
  method: 'GET',
  url,
  limits: limits(),
  ...more,
});

/** Zeros without end, and how many were taken. */
function endless(): { stream: Readable; taken: () => number } {
  let taken = 0;
  const stream = new Readable({
    read() {
      taken += 65_536;
      this.push(Buffer.alloc(65_536));
    },
  });
  return { stream, taken: () => taken };
}

/** Waits until a number has stopped growing. */
async function settled(read: () => number): Promise<number> {
  for (let before = -1, still = 0; ;) {
    const now = read();
    still = now === before && now > 0 ? still + 1 : 0;
    if (still === 10) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('EgressClient.stream', () => {
  it('passes the answer on as it came: status, headers, redirects and compressed bodies', async () => {
    const packed = gzipSync('plain');
    const url = await bench.servers.http((_request, response) => {
      const headers = { 'content-encoding': 'gzip', location: '/else', 'set-cookie': ['a=1', 'b=2'] };
      response.writeHead(302, headers).end(packed);
    });
    const { status, headers, body } = await bench.client().stream(to(`${url}/a%2Fb?c=%20d`));
    expect(status).toBe(302);
    expect(headers).toMatchObject({ location: '/else', 'set-cookie': ['a=1', 'b=2'] });
    expect(packed.equals(await buffer(body))).toBe(true);
  });

  it.each([
    ['a buffer', Buffer.from('héllo'), undefined, { 'content-length': '6' }],
    [
      'a stream of known length',
      Readable.from([Buffer.from('hé'), Buffer.from('llo')]),
      6,
      { 'content-length': '6' },
    ],
    [
      'a stream',
      Readable.from([Buffer.from('hé'), Buffer.from('llo')]),
      undefined,
      { 'transfer-encoding': 'chunked' },
    ],
  ])('sends %s', async (_what, body, bodyLength, framing) => {
    const url = await bench.echo();
    const headers = { 'Content-Type': 'text/plain', 'Accept-Encoding': 'br' };
    const call = to(`${url}/a%2Fb?c=%20d`, { method: 'PUT', headers, body, bodyLength });
    const seen = echoed(await buffer((await bench.client().stream(call)).body));
    expect(seen).toMatchObject({ method: 'PUT', url: '/a%2Fb?c=%20d', body: 'héllo' });
    expect(seen.headers).toMatchObject({ 'content-type': 'text/plain', 'accept-encoding': 'br', ...framing });
  });

  it('asks for no compression by itself and sends no body that there is not', async () => {
    const { headers } = echoed(await buffer((await bench.client().stream(to(await bench.echo()))).body));
    expect(headers).not.toHaveProperty('accept-encoding');
    expect(headers).not.toHaveProperty('transfer-encoding');
  });

  it('heeds the same policy as any call', async () => {
    const url = await bench.echo();
    await expectFailure(bench.client({ addresses: NOTHING_OPEN }).stream(to(url)), 'blocked', 'loopback');
    await expectFailure(bench.client({ allowInsecureHttp: false }).stream(to(url)), 'config', 'unencrypted');
    await expectFailure(bench.client().stream(to(url, { headers: { Host: 'x' } })), 'config', 'host');
    await expectFailure(bench.client().stream(to(url, { method: 'TRACE' })), 'config', 'method');
    const nobody = await bench.servers.tcp((socket) => socket.destroy());
    await expectFailure(bench.client().stream(to(`http://127.0.0.1:${nobody}`)), 'refused', 'closed');
  });

  describe('limits', () => {
    it('gives up on a server that never answers', async () => {
      const url = await bench.servers.http(() => undefined);
      const call = bench.client().stream(to(url, { limits: limits({ headersMs: 100 }) }));
      await expectFailure(call, 'timeout', 'did not answer within 0.1 seconds');
    });

    it('does not hold a slow upload against the server', async () => {
      const url = await bench.echo();
      const body = new PassThrough();
      const call = bench
        .client()
        .stream(to(url, { method: 'POST', body, limits: limits({ headersMs: 150 }) }));
      for (let piece = 0; piece < 4; piece += 1) {
        body.write('.');
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      body.end();
      expect(echoed(await buffer((await call).body)).body).toBe('....');
    });

    it('gives up on an upload that stalls', async () => {
      const url = await bench.echo();
      const body = new PassThrough();
      body.write('.');
      const call = bench.client().stream(to(url, { method: 'POST', body, limits: limits({ idleMs: 100 }) }));
      await expectFailure(call, 'timeout', 'did not get on for 0.1 seconds');
    });

    it('gives up on an answer that stalls', async () => {
      const url = await bench.servers.http((_request, response) => void response.write('.'));
      const { body } = await bench.client().stream(to(url, { limits: limits({ idleMs: 100 }) }));
      await expectFailure(buffer(body), 'timeout', 'did not go on with its answer for 0.1 seconds');
    });

    it('gives up on an answer that nobody reads, and lets go of one that nobody ever reads', async () => {
      const url = await bench.servers.http((_request, response) => endless().stream.pipe(response));
      const { body } = await bench.client().stream(to(url, { limits: limits({ idleMs: 100 }) }));
      const [error] = await once(body, 'error');
      expect(error).toMatchObject({ kind: 'timeout', reason: expect.stringContaining('was not read') });
      const short = await bench.servers.http((_request, response) => response.end('short'));
      const unread = await bench.client().stream(to(short, { limits: limits({ idleMs: 100 }) }));
      await once(unread.body, 'error');
    });

    it('ends a call that drips on for too long', async () => {
      const url = await bench.servers.http((_request, response) => {
        const timer = setInterval(() => response.write('.'), 10);
        response.on('close', () => clearInterval(timer));
      });
      const { body } = await bench.client().stream(to(url, { limits: limits({ totalMs: 200 }) }));
      await expectFailure(buffer(body), 'timeout', 'longer than 0.2 seconds');
    });

    it('sends no more than it may', async () => {
      const url = await bench.echo();
      const small = { method: 'POST', limits: limits({ requestBytes: 1000 }) };
      const exact = await bench.client().stream(to(url, { ...small, body: Buffer.alloc(1000) }));
      exact.body.destroy();
      for (const body of [Buffer.alloc(1001), endless().stream]) {
        await expect(bench.client().stream(to(url, { ...small, body }))).rejects.toThrow(
          RequestTooLargeError,
        );
      }
      const announced = to(url, { ...small, body: endless().stream, bodyLength: 1001 });
      await expect(bench.client().stream(announced)).rejects.toThrow(RequestTooLargeError);
    });

    it('takes an answer of just the size and no larger one', async () => {
      const url = await bench.servers.http((_request, response) => response.end(Buffer.alloc(1000)));
      const answer = async (responseBytes: number) =>
        buffer((await bench.client().stream(to(url, { limits: limits({ responseBytes }) }))).body);
      expect(await answer(1000)).toHaveLength(1000);
      await expectFailure(answer(999), 'bad_response', '999 bytes');
    });
  });

  describe('back-pressure', () => {
    it('holds the server back while the answer is not read', async () => {
      const source = endless();
      const url = await bench.servers.http((_request, response) => source.stream.pipe(response));
      const { body } = await bench.client().stream(to(url));
      expect(await settled(source.taken)).toBeLessThan(BUFFERS);
      body.destroy();
    });

    it('holds the caller back while the server does not read', async () => {
      const source = endless();
      const url = await bench.servers.http(() => undefined);
      const controller = new AbortController();
      const call = bench
        .client()
        .stream(to(url, { method: 'POST', body: source.stream, signal: controller.signal }));
      expect(await settled(source.taken)).toBeLessThan(BUFFERS);
      controller.abort();
      await expectFailure(call, 'timeout', 'cancelled');
    });
  });

  describe('when one side leaves', () => {
    const closed = () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const watch = (socket: Socket) => void socket.once('close', () => resolve());
      return { promise, watch };
    };

    it.each(['before the answer', 'in the middle of the answer'])('ends the call %s', async (when) => {
      const end = closed();
      const controller = new AbortController();
      const url = await bench.servers.http((request, response) => {
        end.watch(request.socket);
        if (when === 'before the answer') controller.abort(new Error('enough'));
        else response.write('.');
      });
      const call = bench.client().stream(to(url, { signal: controller.signal }));
      if (when === 'before the answer') {
        await expectFailure(call, 'timeout', 'cancelled');
      } else {
        const { body } = await call;
        controller.abort(new Error('enough'));
        await expectFailure(buffer(body), 'timeout', 'cancelled');
      }
      await end.promise;
    });

    it('ends the call when the answer is given up, and the next one gets a sound connection', async () => {
      const end = closed();
      const url = await bench.servers.http((request, response) => {
        if (request.url === '/long') {
          end.watch(request.socket);
          response.write('.');
        } else response.end('short');
      });
      const client = bench.client();
      (await client.stream(to(`${url}/long`))).body.destroy();
      await end.promise;
      expect(String(await buffer((await client.stream(to(url))).body))).toBe('short');
    });

    it('fails the body when the server breaks off, whatever its framing', async () => {
      for (const headers of [{ 'content-length': '10' }, { 'transfer-encoding': 'chunked' }]) {
        const url = await bench.servers.http((_request, response) => {
          response.writeHead(200, headers);
          response.write('12345', () => response.destroy());
        });
        const { body } = await bench.client().stream(to(url));
        await expectFailure(buffer(body), 'refused', 'closed the connection');
      }
    });

    it('fails the call when the source of its body does', async () => {
      const url = await bench.echo();
      const body = new PassThrough();
      const call = bench.client().stream(to(url, { method: 'POST', body }));
      body.write('.', () => body.destroy(new Error('the client left')));
      await expect(call).rejects.toMatchObject({ name: 'EgressError' });
    });
  });

  it('lets a stream under way end before it closes, and starts no other', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    const url = await bench.servers.http((_request, response) => {
      response.write('first ');
      void finish.then(() => response.end('last'));
    });
    const client = bench.client();
    const { body } = await client.stream(to(url));
    const closing = client.close();
    await expectFailure(client.stream(to(url)), 'config', 'shutting down');
    resolve();
    expect(String(await buffer(body))).toBe('first last');
    await closing;
  });
});

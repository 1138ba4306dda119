import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EgressBench, expectFailure, get } from '../../test/support/egress-bench.js';

let bench: EgressBench;

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

describe('EgressClient against difficult servers', () => {
  describe('limits', () => {
    it('gives up on a server that never answers', async () => {
      const url = await bench.servers.http(() => undefined);
      await expectFailure(
        bench.client().request(get(url, { timeoutMs: 150 })),
        'timeout',
        'did not answer within 0.15 seconds',
      );
    });

    it('gives up on a server that drips', async () => {
      const url = await bench.servers.http((_request, response) => {
        const timer = setInterval(() => response.write('.'), 10);
        response.on('close', () => clearInterval(timer));
      });
      const error = bench.client().request(get(url, { timeoutMs: 150 }));
      await expectFailure(error, 'timeout', 'did not finish its answer within 0.15 seconds');
    });

    it('gives up on a server that accepts and then says nothing in TLS', async () => {
      const port = await bench.servers.tcp(() => undefined);
      await expectFailure(
        bench.client().request(get(`https://127.0.0.1:${port}`, { timeoutMs: 150 })),
        'timeout',
        '0.15 seconds',
      );
    });

    it('counts the time of all hops together', async () => {
      const url = await bench.servers.http((request, response) => {
        if (request.url === '/') response.writeHead(302, { location: '/silent' }).end();
      });
      await expectFailure(
        bench.client().request(get(url, { timeoutMs: 150 })),
        'timeout',
        'did not answer within 0.15 seconds',
      );
    });

    it('stops when the caller cancels', async () => {
      const controller = new AbortController();
      const url = await bench.servers.http(() => controller.abort(new Error('enough')));
      const { signal } = controller;
      await expectFailure(bench.client().request(get(url, { signal })), 'timeout', 'cancelled');
      await expectFailure(bench.client().request(get(url, { signal })), 'timeout', 'cancelled');
    });

    it('takes an answer of just the size and no larger one', async () => {
      const url = await bench.servers.http((_request, response) => response.end(Buffer.alloc(1000)));
      expect((await bench.client().request(get(url, { maxResponseBytes: 1000 }))).body).toHaveLength(1000);
      await expectFailure(
        bench.client().request(get(url, { maxResponseBytes: 999 })),
        'bad_response',
        '999 bytes',
      );
    });

    it('stops reading an answer without end', async () => {
      let closed: () => void;
      const ended = new Promise<void>((resolve) => (closed = resolve));
      const url = await bench.servers.http((_request, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65536)));
        };
        response.on('drain', more).on('close', () => closed());
        more();
      });
      await expectFailure(bench.client().request(get(url)), 'bad_response', '1048576 bytes');
      await ended;
    });

    it('refuses too large headers', async () => {
      const url = await bench.servers.http((_request, response) =>
        response.setHeader('x', 'x'.repeat(40_000)).end(),
      );
      await expectFailure(bench.client().request(get(url)), 'bad_response', 'more headers');
    });
  });

  describe('compression', () => {
    const text = Buffer.from('plain text, '.repeat(100));
    const random = Buffer.from(
      Array.from({ length: 5000 }, (_each, index) => (index * 7919 + (index >> 3) * 31) % 251),
    );

    it.each([
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['br', brotliCompressSync],
      ['deflate', deflateSync],
      ['deflate', deflateRawSync],
      ['zstd', zstdCompressSync],
      ['identity', (each: Buffer) => each],
      ['GZIP, identity', gzipSync],
      ['gzip, br', (each: Buffer) => brotliCompressSync(gzipSync(each))],
    ])('undoes %s', async (coding, compress) => {
      for (const content of [text, random]) {
        const url = await bench.servers.http((_request, response) => {
          response.writeHead(200, { 'content-encoding': coding }).end(compress(content));
        });
        const answer = await bench.client().request(get(url, { maxResponseBytes: content.length }));
        expect(answer.body.equals(content)).toBe(true);
        if (coding !== 'identity') expect(answer.headers).not.toHaveProperty('content-encoding');
      }
    });

    it.each([
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
      ['deflate', deflateSync],
      ['zstd', zstdCompressSync],
      ['gzip, gzip', (each: Buffer) => gzipSync(gzipSync(each))],
    ])('is not filled by a %s bomb', async (coding, compress) => {
      const bomb = compress(Buffer.alloc(32 * 1024 * 1024));
      const url = await bench.servers.http((_request, response) => {
        response.writeHead(200, { 'content-encoding': coding }).end(bomb);
      });
      await expectFailure(bench.client().request(get(url)), 'bad_response', 'larger answer');
    });

    it.each([
      ['gzip', Buffer.from('not gzip'), 'decompressed'],
      ['gzip', gzipSync(text).subarray(0, 30), 'decompressed'],
      ['br', Buffer.from('not brotli at all'), 'decompressed'],
      ['zstd', Buffer.from('not zstd'), 'decompressed'],
      ['compress', text, 'not known'],
      ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text))), 'more often'],
    ])('refuses a broken %s answer', async (coding, content, reason) => {
      const url = await bench.servers.http((_request, response) => {
        response.writeHead(200, { 'content-encoding': coding }).end(content);
      });
      await expectFailure(bench.client().request(get(url)), 'bad_response', reason);
    });

    it('is not kept busy by compressed bytes that unfold to nothing', async () => {
      const nothing = Buffer.concat(Array.from({ length: 1000 }, () => gzipSync('')));
      const url = await bench.servers.http((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        const more = () => {
          while (!response.destroyed && response.write(nothing));
        };
        response.on('drain', more);
        more();
      });
      await expectFailure(
        bench.client().request(get(url, { maxResponseBytes: 1000 })),
        'bad_response',
        'larger',
      );
    });

    it('takes an answer without a body that names a coding', async () => {
      const url = await bench.servers.http((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '20' }).end();
      });
      const answer = await bench.client().request({ method: 'HEAD', url });
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-encoding': 'gzip', 'content-length': '20' },
      });
      expect(answer.body).toHaveLength(0);
    });
  });

  it('explains what is not HTTP and connections that break', async () => {
    const banner = await bench.servers.tcp((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await expectFailure(
      bench.client().request(get(`http://127.0.0.1:${banner}`)),
      'bad_response',
      'not HTTP',
    );
    const silent = await bench.servers.tcp((socket) => socket.once('data', () => socket.destroy()));
    await expectFailure(
      bench.client().request(get(`http://127.0.0.1:${silent}`)),
      'refused',
      'closed the connection',
    );
    const cut = await bench.servers.http((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => response.destroy());
    });
    await expectFailure(bench.client().request(get(cut)), 'refused', 'closed the connection');
  });
});

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeToken } from './support/programs.js';
import { ProxyStage } from './support/proxy-stage.js';

let stage: ProxyStage;
/** An integration whose provider says byte for byte what a test wants. */
let id: string;
let says: string;
let heard: string;

beforeAll(async () => {
  stage = await ProxyStage.start();
  const port = await stage.servers.tcp((socket: Socket) => {
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (heard.includes('\r\n\r\n')) socket.end(Buffer.from(says, 'latin1'));
    });
  });
  id = await stage.integrate(`http://127.0.0.1:${port}`);
});

afterAll(() => stage.close());

beforeEach(() => {
  says = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  heard = '';
  stage.provider.answers({ '*': { json: { ok: true } } });
});

const request = (line: string, headers: string, token = stage.token.token): string =>
  `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${headers}\r\n`;
const post = (headers: string, token?: string): string =>
  request(`POST /api/v1/integrations/${id}/proxy/x`, headers, token);

/** Whatever follows `…/proxy`, to the letter. */
const bare = (rest: string): Promise<string> =>
  stage.exchange(request(`GET /api/v1/integrations/${stage.id}/proxy${rest}`, 'Connection: close\r\n'));

describe('the base URL itself', () => {
  it.each([
    ['', '/base'],
    ['?a=1', '/base?a=1'],
    ['/', '/base/'],
  ])('is called where nothing, or only a query, follows: …/proxy%s', async (rest, expected) => {
    expect(await bare(rest)).toMatch(/^HTTP\/1\.1 200 /);
    expect(stage.provider.requests.map(({ path }) => path)).toEqual([expected]);
  });

  it('is where a redirect to it leads, and not the address below that led there', async () => {
    for (const [location, expected] of [
      [`${stage.provider.url}/base`, ''],
      ['/base?page=2', '?page=2'],
      ['/base/', '/'],
    ] as const) {
      stage.provider.answers({ '*': { status: 301, headers: { location } } });
      const { headers } = await stage.call('/x');
      expect(headers.location).toBe(`/api/v1/integrations/${stage.id}/proxy${expected}`);
    }
  });

  it.each(['@evil.example/', ':8080/x', '.evil.example/x', ';x', '%2Fx'])(
    'is not made longer by what follows: …/proxy%s',
    async (rest) => {
      expect(await bare(rest)).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(stage.provider.requests).toHaveLength(0);
    },
  );
});

describe('an answer', () => {
  it('says nothing to the servers in front of Latchkey', async () => {
    const orders = {
      'x-accel-redirect': '/internal/file',
      'x-accel-buffering': 'no',
      'x-accel-expires': '3600',
      'x-sendfile': '/etc/passwd',
      'x-sendfile-temporary': '/etc/passwd',
      'x-lighttpd-send-file': '/etc/passwd',
      'x-litespeed-location': '/internal',
      'x-litespeed-cache-control': 'public, max-age=60',
      'x-reproxy-url': 'http://169.254.169.254/',
      'surrogate-control': 'max-age=60',
      'surrogate-key': 'all',
      'cdn-cache-control': 'public, max-age=60',
      'cloudflare-cdn-cache-control': 'public, max-age=60',
      'edge-control': '!no-store, max-age=60',
    };
    const kept = { 'x-cache': 'HIT', 'x-request-cost': '3' };
    stage.provider.answers({ '*': { headers: { ...orders, ...kept }, text: 'x' } });
    const { headers } = await stage.call('/x');
    expect(Object.keys(headers).filter((name) => name in orders)).toEqual([]);
    expect(headers).toMatchObject({ ...kept, 'cache-control': 'no-store' });
  });

  it('without a body says no length (RFC 9110, 8.6)', async () => {
    says = 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-Kept: 1\r\n\r\nhello';
    const { status, headers, text } = await stage.call('/x', { id });
    expect([status, headers['x-kept'], text]).toEqual([204, '1', '']);
    expect(headers).not.toHaveProperty('content-length');
  });

  it('in a transfer coding that nobody asked for is no answer: what arrives would not be what was sent', async () => {
    says = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
    const { status, json } = await stage.call('/x', { id });
    expect([status, json.error.code, json.error.details.kind]).toEqual([
      502,
      'UPSTREAM_ERROR',
      'bad_response',
    ]);
  });

  it('keeps an address that is written in UTF-8, as browsers read it', async () => {
    says = `HTTP/1.1 302 Found\r\nLocation: /caf${Buffer.from('é').toString('latin1')}\r\nContent-Length: 0\r\n\r\n`;
    const { headers } = await stage.call('/x', { id });
    expect(headers.location).toBe(`/api/v1/integrations/${id}/proxy/caf%C3%A9`);
  });

  it('does not tell a secret with other letters than English in the bytes it comes in', async () => {
    const password = 'gehäuse-größe-47';
    const bytes = Buffer.from(password).toString('latin1');
    const port = await stage.servers.tcp((socket: Socket) => {
      socket.once('data', () =>
        socket.end(
          Buffer.from(
            `HTTP/1.1 200 OK\r\nX-Utf8: is ${bytes}!\r\nX-Latin1: is ${password}!\r\nContent-Length: 0\r\n\r\n`,
            'latin1',
          ),
        ),
      );
    });
    const own = await stage.integrate(`http://127.0.0.1:${port}`, {
      credential_type: 'basic_auth',
      auth_mode: 'basic',
      username: 'ada',
      password,
    });
    const { headers } = await stage.call('/x', { id: own });
    expect([headers['x-utf8'], headers['x-latin1']]).toEqual(['is [redacted]!', 'is [redacted]!']);
  });
});

describe('a request', () => {
  it('in a transfer coding besides chunks is refused, and the provider is not called', async () => {
    const answer = await stage.exchange(
      `${post('Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n')}5\r\nhello\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Transfer-Encoding');
    expect(heard).toBe('');
  });

  it('keeps a header that is named like what every object has', async () => {
    const { status } = await stage.call('/x', { headers: { constructor: 'theirs' } });
    expect([status, stage.provider.requests[0]!.headers.constructor]).toEqual([200, 'theirs']);
  });

  it('with more headers than are read is told how much is', async () => {
    const answer = await stage.exchange(post(`X-Long: ${'x'.repeat(20_000)}\r\n`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('16384 bytes');
  });
});

describe('a body that waits to be asked for (Expect: 100-continue)', () => {
  const announced = 'Content-Length: 5\r\nExpect: 100-continue\r\n';

  it('is asked for when the call is made', async () => {
    const socket = await stage.socket();
    socket.write(post(`${announced}Connection: close\r\n`));
    const [asked] = (await once(socket, 'data')) as [Buffer];
    expect(String(asked)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(heard).toMatch(/hello$/);
    expect(heard).not.toMatch(/expect/i);
  });

  it('is not asked for where the call is refused', async () => {
    const other = await makeToken(stage.testApp, stage.admin, { scopes: ['integrations:read'] });
    const refused = await stage.exchange(post(announced, other.token));
    expect(refused).toMatch(/^HTTP\/1\.1 403 /);
    const outside = await stage.exchange(request(`POST /api/v1/integrations/${id}/proxy/..%2Fx`, announced));
    expect(outside).toMatch(/^HTTP\/1\.1 400 /);
    const tooLarge = await stage.exchange(post(`Content-Length: ${2 ** 31}\r\nExpect: 100-continue\r\n`));
    expect(tooLarge).toMatch(/^HTTP\/1\.1 413 /);
    expect(heard).toBe('');
  });

  it('is asked for by every other route as ever', async () => {
    const answer = await stage.exchange(
      `${request('POST /api/v1/auth/login', 'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n')}{}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
  });
});

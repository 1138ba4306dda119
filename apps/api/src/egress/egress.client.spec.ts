import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  echoed,
  EgressBench,
  expectFailure,
  failure,
  get,
  NOTHING_OPEN,
} from '../../test/support/egress-bench.js';
import { AddressPolicy } from './address-policy.js';
import type { EgressRequest } from './egress.client.js';
import { HostMap } from './host-map.js';

let bench: EgressBench;

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

describe('EgressClient', () => {
  it('sends a call and gives back the answer, whatever its status', async () => {
    const url = await bench.servers.http((_request, response) => {
      response.writeHead(503, { 'content-type': 'text/html', 'x-many': ['1', '2'] }).end('<h1>later</h1>');
    });
    const answer = await bench.client().request(get(`${url}/a?b=c#d`));
    expect(answer).toMatchObject({ status: 503, url: `${url}/a?b=c`, durationMs: expect.any(Number) });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html', 'x-many': ['1', '2'] });
    expect(answer.body.toString()).toBe('<h1>later</h1>');
  });

  it('sends method, headers and body, and names itself', async () => {
    const url = await bench.echo();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'text/plain' };
    const seen = echoed((await bench.client().request({ method: 'post', url, headers, body: 'héllo' })).body);
    expect(seen).toMatchObject({
      method: 'POST',
      body: 'héllo',
      headers: {
        authorization: 'Bearer x',
        'content-type': 'text/plain',
        'content-length': '6',
        'user-agent': `Latchkey/${version}`,
        host: new URL(url).host,
      },
    });
    const named = await bench.client().request(get(url, { headers: { 'User-Agent': 'mine' } }));
    expect(echoed(named.body).headers['user-agent']).toBe('mine');
  });

  it.each<[string, Partial<EgressRequest>]>([
    ['user name', { url: 'https://user@a.test/' }],
    ['password', { url: 'https://:hunter22@a.test/' }],
    ['not a valid URL', { url: 'https://' }],
    ['Only http and https', { url: 'file:///etc/passwd' }],
    ['Only http and https', { url: 'ftp://a.test/' }],
    ['method', { method: 'GET / HTTP/1.1\r\nX: y' }],
    ['method', { method: 'CONNECT' }],
    ['method', { method: 'TRACE' }],
    ['method', { method: '' }],
    ['header x-a', { headers: { 'x-a': 'hunter22\r\nx-b: c' } }],
    ['header x-a', { headers: { 'x-a': 'a\0' } }],
    ['header x-a', { headers: { 'x-a': '☃' } }],
    ['name', { headers: { 'x a': 'b' } }],
    ['name', { headers: { 'x-a\r\nx-b': 'c' } }],
    ['x-a is set twice', { headers: { 'x-a': '1', 'X-A': '2' } }],
    ...['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Upgrade', 'Expect', 'TE'].map(
      (name): [string, Partial<EgressRequest>] => [
        `${name.toLowerCase()} cannot be set`,
        { headers: { [name]: '1' } },
      ],
    ),
    ['timeoutMs', { timeoutMs: 0 }],
    ['maxResponseBytes', { maxResponseBytes: -1 }],
    ['maxRedirects', { maxRedirects: 1.5 }],
    ['cannot be read', { clientCertificate: { cert: 'x', key: 'hunter22' } }],
  ])('refuses a call with a wrong %s', async (reason, wrong) => {
    const error = await failure(bench.client().request(get('https://127.0.0.1:1/', wrong)));
    expect(error).toMatchObject({ kind: 'config', reason: expect.stringContaining(reason) });
    expect(`${error.reason} ${String(error.cause)}`).not.toContain('hunter22');
  });

  it('refuses http unless it is allowed or mapped', async () => {
    const url = await bench.echo();
    const strict = bench.client({ allowInsecureHttp: false, hosts: new HostMap(`a.test=${url}`) });
    await expectFailure(strict.request(get(url)), 'config', 'unencrypted');
    expect((await strict.request(get('http://a.test/'))).status).toBe(200);
  });

  describe('addresses', () => {
    it.each([
      ['http://127.0.0.1:1/', 'loopback'],
      ['http://2130706433:1/', 'loopback'],
      ['http://0x7f.1:1/', 'loopback'],
      ['http://[::1]:1/', 'loopback'],
      ['http://[::ffff:127.0.0.1]:1/', 'loopback'],
      ['http://[::ffff:a9fe:a9fe]/', 'cloud metadata'],
      ['http://169.254.169.254/latest/meta-data/', 'cloud metadata'],
      ['https://169.254.169.254/', 'cloud metadata'],
      ['http://localhost:1/', 'loopback'],
      ['http://10.0.0.1/', 'private'],
      ['http://0.0.0.0:1/', 'unspecified'],
    ])('blocks %s', async (url, category) => {
      const error = await failure(bench.client({ addresses: NOTHING_OPEN }).request(get(url)));
      expect(error).toMatchObject({
        kind: 'blocked',
        reason: expect.stringContaining(`${category} address`),
      });
      expect(error.reason).toContain('EGRESS_ALLOW');
    });

    it('connects to the allowed addresses of a name only, and asks for them once', async () => {
      const url = await bench.echo();
      const asked: string[] = [];
      const resolving = bench.client({
        resolve: async (hostname) => {
          asked.push(hostname);
          return [
            { address: '10.0.0.1', family: 4 },
            { address: '169.254.169.254', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ];
        },
      });
      const { port } = new URL(url);
      expect((await resolving.request(get(`http://many.test:${port}/`))).status).toBe(200);
      expect(asked).toEqual(['many.test']);
      await expectFailure(
        bench
          .client({
            addresses: NOTHING_OPEN,
            resolve: async () => [{ address: '10.0.0.1', family: 4 }],
          })
          .request(get('https://internal.test/?token=hunter22')),
        'blocked',
        'internal.test is a private address',
      );
    });

    it('looks again at the address it is connected to', async () => {
      let checks = 0;
      class OnceOpen extends AddressPolicy {
        override check(address: string) {
          checks += 1;
          return checks === 1 ? super.check(address) : NOTHING_OPEN.check(address);
        }
      }
      let requests = 0;
      const url = await bench.servers.http((_request, response) => {
        requests += 1;
        response.end();
      });
      const addresses = new OnceOpen({ allow: ['127.0.0.0/8'], deny: [] });
      await expectFailure(bench.client({ addresses }).request(get(url)), 'blocked', 'loopback');
      expect(requests).toBe(0);
    });

    it('explains names that do not resolve and ports where nobody listens', async () => {
      const notFound = async () => {
        throw Object.assign(new Error('getaddrinfo ENOTFOUND a.test'), { code: 'ENOTFOUND' });
      };
      await expectFailure(
        bench.client({ resolve: notFound }).request(get('https://a.test/')),
        'dns',
        'a.test is not a known',
      );
      await expectFailure(
        bench.client({ resolve: async () => [] }).request(get('https://a.test/')),
        'dns',
        'no network address',
      );
      await expectFailure(
        bench.client().request(get('http://127.0.0.1:1/')),
        'refused',
        '127.0.0.1:1 refused',
      );
    });
  });

  describe('host map', () => {
    it('reaches a mapped address that the policy denies, under the original host', async () => {
      const url = await bench.echo();
      const mapped = bench.client({
        addresses: NOTHING_OPEN,
        hosts: new HostMap(`api.github.com=${url}/prefix`),
      });
      const answer = await mapped.request(get('https://api.github.com/user?x=1'));
      expect(answer.url).toBe('https://api.github.com/user?x=1');
      expect(echoed(answer.body)).toMatchObject({
        url: '/prefix/user?x=1',
        headers: { host: 'api.github.com' },
      });
      // The connection made for the mapped host is still open and must not serve a direct call.
      await expectFailure(mapped.request(get(`${url}/direct`)), 'blocked', 'loopback');
    });

    it('judges a redirect from a mapped host to another host anew', async () => {
      const target = await bench.echo();
      const url = await bench.servers.http((request, response) => {
        const location = request.url === '/out' ? `${target}/` : '/next';
        response.writeHead(request.url === '/next' ? 200 : 302, { location }).end();
      });
      const mapped = bench.client({ addresses: NOTHING_OPEN, hosts: new HostMap(`a.test=${url}`) });
      expect((await mapped.request(get('http://a.test/'))).url).toBe('http://a.test/next');
      await expectFailure(mapped.request(get('http://a.test/out')), 'blocked', 'loopback');
    });
  });

  it('makes no calls once closed, and lets those under way finish', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived: (() => void) | undefined;
    const received = new Promise<void>((resolve) => (arrived = resolve));
    const url = await bench.servers.http((_request, response) => {
      arrived?.();
      void held.then(() => response.end('done'));
    });
    const closing = bench.client();
    const answer = closing.request(get(url));
    await received;
    const closed = closing.close();
    await expectFailure(closing.request(get(url)), 'config', 'shutting down');
    release?.();
    expect((await answer).body.toString()).toBe('done');
    await closed;
  });
});

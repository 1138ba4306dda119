import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { echoed, EgressBench, expectFailure, get } from '../../test/support/egress-bench.js';
import { TestAuthority } from '../../test/support/certificates.js';
import { HostMap } from './host-map.js';

let bench: EgressBench;

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

/** A server whose path `/` redirects to `location`; other paths echo. */
async function redirecting(location: string, status = 302): Promise<string> {
  const echo = await bench.echo();
  const url = await bench.servers.http((request, response) => {
    const target = request.url === '/' ? location : `${echo}${request.url}`;
    response.writeHead(request.url === '/' ? status : 307, { location: target }).end('moved');
  });
  return url;
}

/** A server whose path `/` redirects to another path of its own that echoes. */
const redirectingWithin = (status: number) =>
  bench.servers.http((request, response) => {
    if (request.url === '/') {
      response.writeHead(status, { location: '/next?a=b' }).end('moved');
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, headers, body }));
    });
  });

describe('redirects', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
  ])('refuses one to %s', async (location) => {
    await expectFailure(
      bench.client().request(get(await redirecting(location))),
      'blocked',
      'cloud metadata',
    );
  });

  it('refuses one to a private network', async () => {
    await expectFailure(bench.client().request(get(await redirecting('//10.0.0.1/'))), 'blocked', 'private');
  });

  it.each([
    ['file:///etc/passwd', 'cannot be called'],
    ['https://', 'cannot be called'],
    ['http://user:hunter22@127.0.0.1/', 'user name or password'],
  ])('refuses one to %s', async (location, reason) => {
    await expectFailure(bench.client().request(get(await redirecting(location))), 'bad_response', reason);
  });

  it('keeps the headers within the origin', async () => {
    const url = await redirectingWithin(302);
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'x' };
    const answer = await bench.client().request(get(url, { headers }));
    expect(answer.url).toBe(`${url}/next?a=b`);
    expect(echoed(answer.body)).toMatchObject({ url: '/next?a=b', headers });
  });

  it('drops every header that could be a credential on the way to another origin', async () => {
    const target = await bench.echo();
    const url = await redirecting(`${target}/there`);
    const headers = {
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      'X-Api-Key': 'x',
      Accept: 'application/json',
      'Accept-Language': 'de',
      'User-Agent': 'mine',
    };
    const answer = await bench.client().request(get(url, { headers }));
    expect(answer.url).toBe(`${target}/there`);
    const seen = echoed(answer.body).headers;
    expect(seen).toMatchObject({
      accept: 'application/json',
      'accept-language': 'de',
      'user-agent': 'mine',
      host: new URL(target).host,
    });
    expect(Object.keys(seen).sort()).toEqual(
      ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'user-agent'].sort(),
    );
  });

  it('does not bring them back when the way leads back', async () => {
    const first = await bench.servers.http((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: second }).end();
      else response.end(JSON.stringify({ headers: request.headers }));
    });
    const second = await bench.servers.http((_request, response) => {
      response.writeHead(302, { location: `${first}/back` }).end();
    });
    const answer = await bench.client().request(get(first, { headers: { authorization: 'Bearer x' } }));
    expect(answer.url).toBe(`${first}/back`);
    expect(echoed(answer.body).headers).not.toHaveProperty('authorization');
  });

  it.each([307, 308])('never sends a body to another origin (%i)', async (status) => {
    let called = false;
    const target = await bench.servers.http((_request, response) => {
      called = true;
      response.end();
    });
    const url = await redirecting(target, status);
    await expectFailure(
      bench.client().request({ method: 'POST', url, body: 'secret' }),
      'blocked',
      'redirects the body',
    );
    expect(called).toBe(false);
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'PATCH', 'PATCH', 'body'],
  ])('turns %i of a %s into %s', async (status, method, expected, body) => {
    const url = await redirectingWithin(status);
    const headers = { 'content-type': 'text/plain' };
    const seen = echoed((await bench.client().request({ method, url, body: 'body', headers })).body);
    expect(seen).toMatchObject({ method: expected, body });
    expect(seen.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });

  it('follows at most as many as asked for, and none when told so', async () => {
    const url = await bench.servers.http((request, response) => {
      const count = Number(request.url?.slice(1) ?? 0);
      if (count < 4) response.writeHead(302, { location: `/${count + 1}` });
      response.end();
    });
    await expectFailure(bench.client().request(get(url)), 'bad_response', 'more than 3 times');
    expect(await bench.client().request(get(url, { maxRedirects: 4 }))).toMatchObject({
      status: 200,
      url: `${url}/4`,
    });
    const raw = await bench.client().request(get(url, { maxRedirects: 0 }));
    expect(raw).toMatchObject({ status: 302, headers: { location: '/1' } });
  });

  it('hands back a 304 and a redirect without a place', async () => {
    const url = await bench.servers.http((request, response) => {
      if (request.url === '/304') response.writeHead(304, { location: '/x' }).end();
      else response.writeHead(302).end();
    });
    expect((await bench.client().request(get(`${url}/304`))).status).toBe(304);
    expect((await bench.client().request(get(url))).status).toBe(302);
  });

  it('does not drown in the body of a redirect', async () => {
    const url = await bench.servers.http((request, response) => {
      if (request.url === '/next') {
        response.end('there');
        return;
      }
      response.writeHead(302, { location: '/next' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536)));
      };
      response.on('drain', more);
      more();
    });
    expect((await bench.client().request(get(url))).body.toString()).toBe('there');
  });

  it('refuses to go from https to http, and shows a client certificate to its own origin only', async () => {
    const authority = new TestAuthority();
    const own = authority.issue(['IP:127.0.0.1']);
    const clientCertificate = authority.issue(['DNS:client.test']);
    const options = { ...own, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
    const shown: boolean[] = [];
    let location = await bench.echo();
    const target = await bench.servers.https(options, (request, response) => {
      shown.push('authorized' in request.socket && request.socket.authorized === true);
      response.end();
    });
    const url = await bench.servers.https(options, (request, response) => {
      shown.push('authorized' in request.socket && request.socket.authorized === true);
      response.writeHead(302, { location }).end();
    });
    const call = get(url, { caCertificate: authority.certificate, clientCertificate });
    await expectFailure(bench.client().request(call), 'blocked', 'from https to http');
    location = target;
    expect((await bench.client().request(call)).status).toBe(200);
    expect(shown).toEqual([true, true, false]);
    // Another host name is another server: neither its CA nor the waiver of verification were given for it.
    const elsewhere = new HostMap(`elsewhere.test=${target}`);
    location = 'https://elsewhere.test/';
    const waived = get(url, { tlsVerify: false });
    await expectFailure(bench.client({ hosts: elsewhere }).request(waived), 'tls', 'elsewhere.test');
  });
});

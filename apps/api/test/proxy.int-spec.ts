import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProxyStage, SECRET } from './support/proxy-stage.js';

let stage: ProxyStage;

beforeAll(async () => {
  stage = await ProxyStage.start();
});

afterAll(() => stage.close());

beforeEach(() => stage.provider.answers({ '*': { json: { ok: true } } }));

const received = () => stage.provider.requests[0]!;

describe('a proxied call', () => {
  it('goes to the integration’s own address with its credential, and brings the answer as it is', async () => {
    const answer = { status: 203, headers: { 'x-total': '7', etag: '"a"' }, json: { items: [1] } };
    stage.provider.answers({ 'GET /base/a/b': answer });
    const { status, json, headers } = await stage.call('/a/b?x=1&x=2&empty=&flag');

    expect([status, json]).toEqual([203, { items: [1] }]);
    expect(headers).toMatchObject({ 'x-total': '7', etag: '"a"', 'content-type': 'application/json' });
    expect(received()).toMatchObject({ method: 'GET', path: '/base/a/b?x=1&x=2&empty=&flag', body: '' });
    expect(received().headers).toMatchObject({
      authorization: `Bearer ${SECRET}`,
      host: new URL(stage.provider.url).host,
    });
  });

  it.each([
    ['/', '/base/'],
    ['/projects/group%2Fname/files/a%2eb', '/base/projects/group%2Fname/files/a%2eb'],
    ['/a%20b/%E2%82%AC/x+y/~z', '/base/a%20b/%E2%82%AC/x+y/~z'],
    ['/a//b/', '/base/a//b/'],
    ['/x?next=https%3A%2F%2Fevil.example%2F..&q=%zz', '/base/x?next=https%3A%2F%2Fevil.example%2F..&q=%zz'],
    ['/x?', '/base/x'],
    ['/@evil.example/', '/base/@evil.example/'],
  ])('keeps the path and its percent codes: %s', async (path, expected) => {
    await stage.call(path);
    expect(received().path).toBe(expected);
  });

  it.each([
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'PROPFIND',
    'REPORT',
    'MKCOL',
    'SEARCH',
    'QUERY',
    'PURGE',
  ])('may be made with %s', async (method) => {
    expect(
      (await stage.call('/x', { method, body: 'a body', headers: { 'content-length': '6' } })).status,
    ).toBe(200);
    expect(received()).toMatchObject({ method, path: '/base/x', body: 'a body' });
  });

  it('may be made with HEAD, whose answer says how long the other would be', async () => {
    stage.provider.answers({ 'HEAD /base/x': { headers: { 'content-length': '1234' } } });
    const { status, headers, text } = await stage.call('/x', { method: 'HEAD' });
    expect([status, headers['content-length'], text]).toEqual([200, '1234', '']);
  });

  it.each([
    ['application/json', '{"__proto__": 1'],
    ['application/x-www-form-urlencoded', 'a=1&b=2'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['text/plain', 'text'],
    ['not a media type', '\0\x01'],
    ['application/json', `${'['.repeat(500)}${']'.repeat(500)}`],
  ])('carries a body of type %s, whatever is in it', async (type, body) => {
    const call = { method: 'POST', headers: { 'content-type': type }, body };
    expect((await stage.call('/x', call)).status).toBe(200);
    expect(received()).toMatchObject({
      body,
      headers: { 'content-type': type, 'content-length': String(body.length) },
    });
  });

  it.each([204, 304, 404, 418, 500, 503])('brings the status %d', async (code) => {
    const text = code === 204 || code === 304 ? undefined : 'in the provider’s words';
    stage.provider.answers({ '*': { status: code, text } });
    const answer = await stage.call('/x');
    expect([answer.status, answer.text]).toEqual([code, text ?? '']);
  });

  it('passes on neither the caller’s credentials nor what belongs to its own connection', async () => {
    const headers = {
      host: 'evil.example',
      cookie: 'a=b',
      connection: 'keep-alive, x-private',
      'x-private': 'mine',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      upgrade: 'websocket',
      'proxy-authorization': 'Basic eA==',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': '169.254.169.254',
      'x-forwarded-proto': 'http',
      x_forwarded_host: 'evil.example',
      forwarded: 'host=evil.example',
      via: '1.1 evil.example',
      'x-real-ip': '127.0.0.1',
      'x-original-url': '/admin',
      'x-rewrite-url': '/admin',
      'accept-encoding': 'gzip',
      'user-agent': 'my-program/1',
      'x-mine': 'kept',
    };
    expect((await stage.call('/x', { headers })).status).toBe(200);
    const seen = received().headers;
    expect(seen).toEqual({
      host: new URL(stage.provider.url).host,
      connection: 'keep-alive',
      authorization: `Bearer ${SECRET}`,
      'accept-encoding': 'gzip',
      'user-agent': 'my-program/1',
      'x-mine': 'kept',
    });
  });

  it('places the credential where the manifest says, and the caller cannot put another there', async () => {
    const header = await stage.integrate(stage.provider.url, {
      credential_type: 'api_token',
      auth_mode: 'api_key_header',
      api_key: SECRET,
    });
    await stage.call('/x', { id: header, headers: { 'x-api-key': 'mine', X_API_KEY: 'mine' } });
    expect(received().headers).toMatchObject({ 'x-api-key': SECRET });
    expect(received().headers).not.toHaveProperty('x_api_key');

    const query = await stage.integrate(stage.provider.url, {
      credential_type: 'api_token',
      auth_mode: 'api_key_query',
      query_name: 'key',
      api_key: SECRET,
    });
    stage.provider.answers({ '*': {} });
    await stage.call('/x?key=mine&a=1&k%65y=mine', { id: query });
    expect(received().path).toBe(`/x?a=1&key=${SECRET}`);

    const basic = await stage.integrate(stage.provider.url, {
      credential_type: 'basic_auth',
      username: 'reader',
      password: SECRET,
    });
    stage.provider.answers({ '*': {} });
    await stage.call('/x', { id: basic });
    expect(received().headers.authorization).toBe(
      `Basic ${Buffer.from(`reader:${SECRET}`).toString('base64')}`,
    );
  });

  it('sends the type’s own headers unless the caller sends others', async () => {
    const id = await stage.add({
      integration_type_id: 'github',
      config: { api_base_url: stage.provider.url },
      credentials: { credential_type: 'api_token', auth_mode: 'access_token', access_token: SECRET },
    });
    await stage.call('/user', { id, headers: { accept: 'application/vnd.github.diff' } });
    expect(received().headers).toMatchObject({
      accept: 'application/vnd.github.diff',
      'x-github-api-version': '2022-11-28',
      'user-agent': expect.stringMatching(/^Latchkey\//),
    });
  });
});

describe('the answer', () => {
  it('can set nothing on our origin: no cookie, no policy, no script', async () => {
    const headers = {
      'set-cookie': 'session=evil',
      'strict-transport-security': 'max-age=0',
      'content-security-policy': "default-src *; script-src 'unsafe-inline'",
      'content-security-policy-report-only': 'default-src *',
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      'clear-site-data': '"*"',
      'alt-svc': 'h3="evil.example:443"',
      'public-key-pins': 'x',
      'server-timing': 'db;dur=1',
      'service-worker-allowed': '/',
      refresh: '0; url=https://evil.example',
      'cross-origin-opener-policy': 'unsafe-none',
      'cache-control': 'public, max-age=99999',
      'x-request-id': 'theirs',
      'x-frame-options': 'ALLOWALL',
      'x-content-type-options': 'none',
      'x-latchkey-hint': 'theirs',
      connection: 'keep-alive, x-hop',
      'x-hop': 'theirs',
      'proxy-authenticate': 'Basic',
      'x-kept': 'kept',
    };
    stage.provider.answers({ '*': { headers, text: '<script>alert(1)</script>' } });
    const answer = await stage.call('/page');

    expect(answer.text).toBe('<script>alert(1)</script>');
    for (const name of [
      'set-cookie',
      'access-control-allow-origin',
      'access-control-allow-credentials',
      'clear-site-data',
      'alt-svc',
      'public-key-pins',
      'server-timing',
      'service-worker-allowed',
      'refresh',
      'content-security-policy-report-only',
      'strict-transport-security',
      'x-latchkey-hint',
      'x-hop',
      'proxy-authenticate',
    ]) {
      expect(answer.headers).not.toHaveProperty(name);
    }
    expect(answer.headers).toMatchObject({
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-kept': 'kept',
    });
  });

  it('does not tell the credential in a header, in whatever form it comes back', async () => {
    const base64 = Buffer.from(SECRET).toString('base64');
    const headers = {
      'x-echo': `Bearer ${SECRET}`,
      'x-coded': `a=${encodeURIComponent(SECRET)}; b=${base64}`,
      'x-state': ['', 'a', 'ab'].map((before) => btoa(`${before}${SECRET}, and more`)).join('.'),
    };
    stage.provider.answers({ '*': { headers, json: {} } });
    const answer = await stage.call('/x');
    expect(answer.headers).toMatchObject({
      'x-echo': 'Bearer [redacted]',
      'x-coded': 'a=[redacted]; b=[redacted]',
    });
    for (const part of String(answer.headers['x-state']).split('.')) expect(part).toContain('[redacted]');
    expect(JSON.stringify(answer.headers)).not.toContain(SECRET);
  });

  it.each([
    ['/base/next?page=2', '/next?page=2'],
    ['next', '/dir/next'],
    ['{provider}/base/a%2Fb#c', '/a%2Fb#c'],
    ['{provider}/base', ''],
  ])('leads back through the proxy where it redirects below the base: %s', async (location, expected) => {
    const headers = { location: location.replace('{provider}', stage.provider.url) };
    stage.provider.answers({ '*': { status: 302, headers } });
    const answer = await stage.call('/dir/x');
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(`/api/v1/integrations/${stage.id}/proxy${expected}`);
    expect(stage.provider.requests).toHaveLength(1);
  });

  it.each([
    ['/elsewhere', '{provider}/elsewhere'],
    ['/basement', '{provider}/basement'],
    ['../x', '{provider}/x'],
    ['//evil.example/x', 'http://evil.example/x'],
    ['http://169.254.169.254/latest/meta-data/', 'http://169.254.169.254/latest/meta-data/'],
    [`https://evil.example/?t=${SECRET}`, 'https://evil.example/?t=[redacted]'],
  ])('is not followed where it redirects elsewhere: %s', async (location, expected) => {
    stage.provider.answers({ '*': { status: 307, headers: { location } } });
    const answer = await stage.call('/x', { method: 'POST', body: 'x' });
    expect(answer.headers.location).toBe(expected.replace('{provider}', stage.provider.url));
    expect(stage.provider.requests).toHaveLength(1);
  });

  it('is brought compressed, as the provider sent it', async () => {
    stage.provider.answers({ '*': { headers: { 'content-encoding': 'gzip' }, text: 'not really' } });
    const answer = await stage.call('/x', { headers: { 'accept-encoding': 'gzip' } });
    expect([answer.headers['content-encoding'], answer.text]).toEqual(['gzip', 'not really']);
  });
});

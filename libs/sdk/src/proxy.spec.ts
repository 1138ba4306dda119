import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hangUp, json, refusal, reply, TestTiming, Wire } from '../test/wire.js';
import { Latchkey, type LatchkeyError } from './index.js';

const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';
const PROXY = `/api/v1/integrations/${ID}/proxy`;

let wire: Wire;
let timing: TestTiming;
let latchkey: Latchkey;

beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.close());
beforeEach(() => {
  timing = new TestTiming();
  latchkey = new Latchkey({ url: `${wire.url}/`, token: 'lk_x', userAgent: 'deploy-bot/2.1' }, timing);
});

const paths = () => wire.received.map(({ method, path }) => `${method} ${path}`);

describe('a call', () => {
  it('goes through the proxy as it was made', async () => {
    wire.answers(json(201, { ok: true }, { 'x-ratelimit-remaining': '41' }));
    const response = await latchkey.fetch(ID, '/repos/acme/a%2Fb c/ü?x=1&x=2&q=a+b%20c', {
      method: 'post',
      headers: { 'content-type': 'application/json', 'X-GitHub-Api-Version': '2022-11-28' },
      body: JSON.stringify({ title: 'Ü' }),
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-ratelimit-remaining')).toBe('41');
    expect(await response.json()).toEqual({ ok: true });
    expect(wire.received).toMatchObject([
      {
        method: 'POST',
        path: `${PROXY}/repos/acme/a%2Fb%20c/%C3%BC?x=1&x=2&q=a+b%20c`,
        headers: {
          authorization: 'Bearer lk_x',
          'content-type': 'application/json',
          'content-length': '14',
          'x-github-api-version': '2022-11-28',
          'user-agent': expect.stringMatching(/^deploy-bot\/2\.1 latchkey-sdk\/\d/),
        },
        body: '{"title":"Ü"}',
      },
    ]);
  });

  it('takes a path with a slash at the beginning or none, and none at all', async () => {
    wire.answers(...Array.from({ length: 5 }, () => reply(200)));
    const { fetch } = latchkey.integration(ID);
    for (const path of ['/user', 'user', '', '?q=1', 'documents:batch/x//y ']) await fetch(path);
    expect(paths()).toEqual(
      ['/user', '/user', '', '?q=1', '/documents:batch/x//y%20'].map((path) => `GET ${PROXY}${path}`),
    );
  });

  it('sends the caller’s own User-Agent where it has one', async () => {
    wire.answers(reply(200));
    await latchkey.fetch(ID, 'user', { headers: [['User-Agent', 'own']] });
    expect(wire.received[0]!.headers['user-agent']).toBe('own');
  });

  it.each([400, 401, 403, 404, 409, 422, 500])('answers a %i of the service as it came', async (status) => {
    wire.answers(json(status, { success: false, error: { code: 'NOT_FOUND', message: 'theirs' } }));
    const response = await latchkey.fetch(ID, '/x');
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: 'theirs' } });
  });

  it('that Latchkey itself refuses is an error', async () => {
    wire.answers(refusal(404, 'NOT_FOUND'));
    await expect(latchkey.fetch(ID, '/x')).rejects.toMatchObject({
      name: 'LatchkeyError',
      code: 'NOT_FOUND',
      status: 404,
      message: 'No: NOT_FOUND',
      requestId: 'r-1',
    });
  });

  it.each([
    ['without a body', 'HEAD', ''],
    ['with a body that is no JSON', 'GET', '<html>'],
  ])('that Latchkey refuses %s is the same error', async (_name, method, body) => {
    wire.answers(reply(403, { 'x-latchkey-error': 'FORBIDDEN', 'x-request-id': 'r-2' }, body));
    await expect(latchkey.fetch(ID, '/x', { method })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      status: 403,
      requestId: 'r-2',
      message: 'Latchkey refused the call with status 403.',
    });
  });
});

describe('what would not arrive as it was written', () => {
  it.each([
    ['https://evil.example/x', 'relative'],
    ['HTTP:evil', 'relative'],
    ['ftp://evil', 'relative'],
    ['//evil.example/x', 'relative'],
    ['///evil', 'relative'],
    ['/a/../b', '..'],
    ['..', '..'],
    ['./a', '..'],
    ['/a/.', '..'],
    ['/a/%2e%2E/b', '..'],
    ['/a/.%2e?x', '..'],
    ['/a\\..\\b', '%5C'],
    ['/a#b', '%23'],
    ['/a?b#c', '%23'],
    ['/a\tb', 'percent code'],
    ['/a\r\nX: y', 'percent code'],
    ['/a\0', 'percent code'],
    ['/\ud800', 'percent code'],
  ])('is refused before it is sent: %j', async (path, words) => {
    wire.answers();
    const error = await latchkey.fetch(ID, path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(words);
    expect(wire.received).toEqual([]);
  });

  it.each(['...', 'a..b', '.git', '..a', '%2e%2e%2e', 'x?y=../z', 'x?u=https://a.example/'])(
    'is not a path that merely looks like it: %j',
    async (path) => {
      wire.answers(reply(200));
      await latchkey.fetch(ID, path);
      expect(paths()).toEqual([`GET ${PROXY}/${path}`]);
    },
  );

  it.each(['', '..', 'a/b', 'a?b', 'a%2fb', 'a b'])('is an integration’s id such as %j', async (id) => {
    wire.answers();
    await expect(latchkey.fetch(id, '/x')).rejects.toBeInstanceOf(TypeError);
    await expect(latchkey.getCredential(id)).rejects.toBeInstanceOf(TypeError);
    await expect(latchkey.getIntegration(id)).rejects.toBeInstanceOf(TypeError);
    expect(() => latchkey.integration(id)).toThrow(TypeError);
    expect(wire.received).toEqual([]);
  });

  it('is a URL object, an authorization header, a body of a GET, or a method that fetch does not have', async () => {
    wire.answers();
    const calls = [
      latchkey.fetch(ID, new URL('https://evil.example') as never),
      latchkey.fetch(ID, '/x', { headers: { Authorization: 'Bearer own' } }),
      latchkey.fetch(ID, '/x', { body: 'x' }),
      latchkey.fetch(ID, '/x', { method: 'CONNECT' }),
      latchkey.fetch(ID, '/x', { headers: { 'bad name': 'x' } }),
      latchkey.fetch(ID, '/x', { redirect: 'error' as never }),
      latchkey.fetch(ID, '/x', { timeoutMs: -1 }),
      latchkey.fetch(ID, '/x', { retries: 1.5 }),
    ];
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
    for (const call of calls) await expect(call).rejects.toMatchObject({ name: 'TypeError' });
    expect(wire.received).toEqual([]);
  });
});

describe('a redirect', () => {
  it('within the integration is followed', async () => {
    wire.answers(
      reply(301, { location: `${PROXY}/repositories/7//x?page=2#part` }),
      reply(302, { location: `${PROXY}/end` }),
      reply(302, { location: PROXY }),
      reply(302, { location: `${PROXY}?page=3&of=/../x#part` }),
      reply(200, {}, 'there'),
    );
    const response = await latchkey.fetch(ID, '/repos/old', { headers: { accept: 'text/plain' } });
    expect(await response.text()).toBe('there');
    expect(paths()).toEqual(
      ['/repos/old', '/repositories/7//x?page=2', '/end', '', '?page=3&of=/../x'].map(
        (path) => `GET ${PROXY}${path}`,
      ),
    );
    expect(wire.received.map(({ headers }) => headers.accept)).toEqual(Array(5).fill('text/plain'));
  });

  it.each([
    ['to elsewhere', 'https://codeload.example/x', {}],
    ['to another route of Latchkey', '/api/v1/integrations', {}],
    ['to another integration', '/api/v1/integrations/other/proxy/x', {}],
    ['out of the integration', `${PROXY}/../../other/proxy/x`, {}],
    ['to what only begins alike', `${PROXY}ied/x`, {}],
    ['of a call that changes something', `${PROXY}/x`, { method: 'POST', body: 'x' }],
    ['that the caller wants to see', `${PROXY}/x`, { redirect: 'manual' as const }],
  ])('%s is answered as it came', async (_name, location, init) => {
    wire.answers(reply(307, { location }));
    const response = await latchkey.fetch(ID, '/x', init);
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe(location);
    expect(wire.received).toHaveLength(1);
  });

  it('that leads to the next for ever ends', async () => {
    wire.answers(...Array.from({ length: 11 }, () => reply(302, { location: `${PROXY}/x` })));
    await expect(latchkey.fetch(ID, '/x')).rejects.toMatchObject({ code: 'TOO_MANY_REDIRECTS', status: 302 });
    expect(wire.received).toHaveLength(11);
  });
});

describe('a call that gets no answer', () => {
  it('says why, and hides nothing but the token', async () => {
    wire.answers(hangUp);
    const error = await latchkey
      .fetch(ID, '/x', { method: 'POST' })
      .catch((thrown) => thrown as LatchkeyError);
    expect(error).toMatchObject({ code: 'NETWORK_ERROR', status: null, requestId: null, retryAfter: null });
    expect((error as LatchkeyError).message).toContain(wire.url);
    expect((error as LatchkeyError).cause).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
  });

  it('in time ends with TIMEOUT', async () => {
    wire.answers(() => timing.timeIsUp());
    await expect(latchkey.fetch(ID, '/x', { method: 'POST' })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'Latchkey did not answer within 60000 ms.',
    });
  });

  it('waits for ever when there is no limit', async () => {
    wire.answers((_request, response) => {
      expect(timing.deadlines.size).toBe(0);
      response.end();
    });
    expect((await latchkey.fetch(ID, '/x', { timeoutMs: 0 })).status).toBe(200);
  });
});

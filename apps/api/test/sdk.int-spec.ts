import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Latchkey, type LatchkeyOptions } from '../../../libs/sdk/src/index.js';
import { makeToken } from './support/programs.js';
import { portOf, ProxyStage, SECRET } from './support/proxy-stage.js';

/** More than any buffer on the way, little enough to be quick. */
const PIECES = 400;
const PIECE = new Uint8Array(64 * 1024).fill(120);

let stage: ProxyStage;
let latchkey: Latchkey;

beforeAll(async () => {
  stage = await ProxyStage.start();
  latchkey = program();
});
afterAll(() => stage.close());
beforeEach(() => stage.provider.answers({ '*': { json: { ok: true } } }));

function program(options: LatchkeyOptions = {}): Latchkey {
  const url = `http://127.0.0.1:${portOf(stage.testApp.app)}`;
  return new Latchkey({ url, token: stage.token.token, ...options });
}

async function* upload(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < PIECES; piece += 1) yield PIECE;
}

describe('a program with the SDK', () => {
  it('calls the service with the credential that it never sees', async () => {
    stage.provider.answers({ 'POST /base/repos/a%2Fb': { status: 201, json: { id: 7 } } });
    const response = await latchkey.fetch(stage.id, '/repos/a%2Fb?q=a+b&x=%C3%BC&x=2', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-own': '1' },
      body: '{"title":"x"}',
    });
    expect([response.status, await response.json()]).toEqual([201, { id: 7 }]);
    expect(stage.provider.requests).toMatchObject([
      {
        method: 'POST',
        path: '/base/repos/a%2Fb?q=a+b&x=%C3%BC&x=2',
        headers: {
          authorization: `Bearer ${SECRET}`,
          'x-own': '1',
          'user-agent': expect.stringMatching(/^latchkey-sdk\//),
        },
        body: '{"title":"x"}',
      },
    ]);
    expect(JSON.stringify(stage.provider.requests)).not.toContain(stage.token.token);
  });

  it('gets the service’s own failures as answers, even one that looks like Latchkey’s', async () => {
    const json = { success: false, error: { code: 'NOT_FOUND', message: 'theirs' } };
    stage.provider.answers({ '*': { status: 404, json, headers: { 'x-latchkey-error': 'NOT_FOUND' } } });
    const response = await latchkey.fetch(stage.id, 'x');
    expect([response.status, await response.json()]).toEqual([404, json]);
  });

  it('gets Latchkey’s refusals as errors', async () => {
    const other = await makeToken(stage.testApp, stage.admin, { scopes: ['integrations:read'] });
    const refused = program({ token: other.token });
    const calls: [() => Promise<unknown>, string, number][] = [
      [() => latchkey.fetch(crypto.randomUUID(), 'x'), 'NOT_FOUND', 404],
      [() => latchkey.fetch('not-a-uuid', 'x'), 'NOT_FOUND', 404],
      [() => latchkey.fetch(stage.id, 'a%2f%2e%2e%2fb'), 'VALIDATION_FAILED', 400],
      [() => latchkey.fetch(stage.id, '/https://evil.example'), 'VALIDATION_FAILED', 400],
      [() => latchkey.fetch(stage.id, '%zz'), 'VALIDATION_FAILED', 400],
      [() => refused.fetch(stage.id, 'x'), 'FORBIDDEN', 403],
      [() => refused.fetch(stage.id, 'x', { method: 'HEAD' }), 'FORBIDDEN', 403],
      [() => refused.getCredential(stage.id), 'FORBIDDEN', 403],
      [() => program({ token: `lk_${'a'.repeat(72)}` }).fetch(stage.id, 'x'), 'UNAUTHENTICATED', 401],
      [() => latchkey.getCredential(crypto.randomUUID()), 'NOT_FOUND', 404],
      [() => latchkey.getIntegration(crypto.randomUUID()), 'NOT_FOUND', 404],
    ];
    for (const [call, code, status] of calls) {
      await expect(call()).rejects.toMatchObject({
        name: 'LatchkeyError',
        code,
        status,
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      });
    }
    expect(stage.provider.requests).toEqual([]);
  });

  it('is told of a service that cannot be reached', async () => {
    const id = await stage.integrate('http://127.0.0.1:1');
    await expect(program({ retries: 0 }).fetch(id, 'x')).rejects.toMatchObject({
      code: 'UPSTREAM_ERROR',
      status: 502,
      details: { kind: 'refused' },
    });
  });

  it('streams up and down', async () => {
    let received = 0;
    const url = await stage.servers.http((request, response) => {
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
        response.write(chunk);
      });
      request.on('end', () => response.end());
    });
    const response = await latchkey.fetch(await stage.integrate(url), 'echo', {
      method: 'POST',
      body: upload(),
    });
    let returned = 0;
    for await (const chunk of response.body!) returned += chunk.length;
    expect([received, returned]).toEqual([PIECES * PIECE.length, PIECES * PIECE.length]);
  });

  it('is led on within the integration, and no further', async () => {
    const { url } = stage.provider;
    stage.provider.answers({
      'GET /base/old': { status: 301, headers: { location: '/base/new?page=2' } },
      'GET /base/new': { json: { there: true } },
      'GET /base/out': { status: 302, headers: { location: `${url}/elsewhere` } },
    });
    expect(await (await latchkey.fetch(stage.id, 'old')).json()).toEqual({ there: true });
    const out = await latchkey.fetch(stage.id, 'out');
    expect([out.status, out.headers.get('location')]).toEqual([302, `${url}/elsewhere`]);
    expect(stage.provider.requests.map(({ path }) => path)).toEqual([
      '/base/old',
      '/base/new?page=2',
      '/base/out',
    ]);
  });

  it('stops a call, and the service is let go too', async () => {
    const gone = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const url = await stage.servers.http((_request, response) => {
      response.on('close', gone.resolve);
      arrived.resolve();
    });
    const stop = new AbortController();
    const call = latchkey.fetch(await stage.integrate(url), 'slow', { signal: stop.signal });
    const ended = expect(call).rejects.toThrow('enough');
    await arrived.promise;
    stop.abort(new Error('enough'));
    await ended;
    await gone.promise;
  });

  it('reads the credential in the clear', async () => {
    expect(await latchkey.integration(stage.id).getCredential()).toEqual({
      integrationId: stage.id,
      integrationTypeId: 'generic_http',
      credentialType: 'api_token',
      authMode: 'bearer',
      status: 'pending',
      values: { token: SECRET },
      expiresAt: null,
      selectedResources: [],
    });
  });

  it('reads integrations, page after page', async () => {
    const one = await latchkey.getIntegration(stage.id);
    expect(one).toMatchObject({
      id: stage.id,
      integrationTypeId: 'generic_http',
      name: 'Example',
      status: 'pending',
      config: { base_url: `${stage.provider.url}/base` },
      createdBy: { id: stage.admin.userId },
    });
    expect(one.createdAt).toBeInstanceOf(Date);
    const all = [];
    for await (const integration of latchkey.listIntegrations({ type: 'generic_http', perPage: 2 }))
      all.push(integration);
    const { body } = await stage.testApp
      .as(stage.admin)
      .get('/integrations?sort=created_at&per_page=100')
      .expect(200);
    expect(all.length).toBeGreaterThan(2);
    expect(all.map(({ id }) => id)).toEqual(body.data.integrations.map(({ id }: { id: string }) => id));
    expect(all).toContainEqual(one);
  });

  it('is told that nothing of Latchkey is there', async () => {
    const lost = program({ url: await stage.servers.http((_request, response) => response.end('<html>')) });
    await expect(lost.getCredential(stage.id)).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      status: 200,
    });
  });
});

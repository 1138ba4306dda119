import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Received } from './support/counterpart.js';
import { ProxyStage, SECRET } from './support/proxy-stage.js';

let stage: ProxyStage;
let id: string;
let fetched = 0;
let accepted: string;

/** Issues `token-1`, `token-2`…; the API takes one of them. */
const token = () => ({
  json: { access_token: `token-${(fetched += 1)}`, token_type: 'bearer', expires_in: 3600 },
});
const api = ({ headers }: Received) =>
  headers.authorization === `Bearer ${accepted}`
    ? { json: { ok: true } }
    : {
        status: 401,
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
        json: { error: 'expired' },
      };

beforeAll(async () => {
  stage = await ProxyStage.start();
});

afterAll(() => stage.close());

beforeEach(async () => {
  fetched = 0;
  accepted = 'token-1';
  stage.provider.answers({ 'POST /token': token, '*': api });
  id = await stage.integrate(stage.provider.url, {
    credential_type: 'client_credentials',
    token_url: `${stage.provider.url}/token`,
    client_id: 'client',
    client_secret: SECRET,
  });
});

const calls = () => stage.provider.requests.filter(({ path }) => path !== '/token');

describe('a token that the provider no longer takes', () => {
  it('is renewed once, and the call made once more with its body', async () => {
    expect((await stage.call('/x', { id })).status).toBe(200);
    accepted = 'token-2';
    const body = 'x'.repeat(200_000);
    const headers = { 'content-length': String(body.length) };
    const answer = await stage.call('/x', { id, method: 'POST', headers, body });

    expect([answer.status, answer.json, answer.headers['x-latchkey-hint']]).toEqual([
      200,
      { ok: true },
      undefined,
    ]);
    expect(fetched).toBe(2);
    expect(calls().map(({ method, body: sent }) => [method, sent.length])).toEqual([
      ['GET', 0],
      ['POST', 200_000],
      ['POST', 200_000],
    ]);
  });

  it('is renewed once for any number of calls that meet it', async () => {
    await stage.call('/x', { id });
    accepted = 'token-2';
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.call('/x', { id })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(fetched).toBe(2);
  });

  it('is not renewed again and again: a second refusal is the provider’s answer', async () => {
    accepted = 'none of them';
    const answer = await stage.call('/x', { id });
    expect([answer.status, answer.json]).toEqual([401, { error: 'expired' }]);
    expect(answer.headers).toMatchObject({
      'x-latchkey-hint': 'credential_renewed',
      'www-authenticate': 'Bearer error="invalid_token"',
    });
    expect(calls()).toHaveLength(2);
    expect((await stage.call('/x', { id })).headers['x-latchkey-hint']).toBe('credential_refused');
    expect([calls().length, fetched]).toEqual([3, 2]);
  });

  it('is renewed for the next call, where this one’s body was too large to be kept', async () => {
    await stage.call('/x', { id });
    accepted = 'token-2';
    const body = 'x'.repeat(300_000);
    const headers = { 'content-length': String(body.length) };
    const first = await stage.call('/x', { id, method: 'POST', headers, body });
    expect([first.status, first.headers['x-latchkey-hint']]).toEqual([401, 'call_again']);
    const second = await stage.call('/x', { id, method: 'POST', headers, body });
    expect(second.status).toBe(200);
    expect(calls()).toHaveLength(3);
  });

  it('stays when no other can be had, and the provider’s answer is passed on', async () => {
    await stage.call('/x', { id });
    accepted = 'token-2';
    stage.provider.answers({ 'POST /token': { status: 400, json: { error: 'invalid_client' } }, '*': api });
    const answer = await stage.call('/x', { id });
    expect([answer.status, answer.json, answer.headers['x-latchkey-hint']]).toEqual([
      401,
      { error: 'expired' },
      'renewal_failed',
    ]);
  });

  it('is the end of it where nothing can be renewed', async () => {
    const answer = await stage.call('/x', { method: 'POST', body: 'x', headers: { 'content-length': '1' } });
    expect([answer.status, answer.json, answer.headers['x-latchkey-hint']]).toEqual([
      401,
      { error: 'expired' },
      'credential_refused',
    ]);
    expect(stage.provider.requests).toHaveLength(1);
  });

  it('of which none can be had at all is explained', async () => {
    stage.provider.answers({ 'POST /token': { status: 401, json: { error: 'invalid_client' } } });
    const { status, json } = await stage.call('/x', { id });
    expect([status, json.error.code]).toEqual([502, 'UPSTREAM_ERROR']);
    expect(json.error.details).toMatchObject({
      kind: 'auth',
      reason: expect.any(String),
      hint: expect.any(String),
    });
    expect(JSON.stringify(json)).not.toContain(SECRET);
    expect(calls()).toHaveLength(0);
  });

  it('may show in a body only, which is read and passed on all the same', async () => {
    const argocd = await stage.add({
      integration_type_id: 'argocd',
      config: { server_url: stage.provider.url },
      credentials: { credential_type: 'api_token', auth_token: SECRET },
    });
    stage.provider.answers({ '*': { json: { loggedIn: false } } });
    const answer = await stage.call('/api/v1/session/userinfo', {
      id: argocd,
      headers: { 'accept-encoding': 'gzip' },
    });
    expect([answer.status, answer.json]).toEqual([200, { loggedIn: false }]);
    expect(answer.headers['x-latchkey-hint']).toBe('credential_refused');
    expect(stage.provider.requests[0]!.headers['accept-encoding']).toBe('identity');

    const long = { items: 'x'.repeat(100_000) };
    stage.provider.answers({ '*': { headers: { 'transfer-encoding': 'chunked' }, json: long } });
    const large = await stage.call('/x', { id: argocd });
    expect([large.json, large.headers['x-latchkey-hint']]).toEqual([long, undefined]);
  });
});

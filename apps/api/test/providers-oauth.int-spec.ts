import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser, CALLBACK_URL, PUBLIC_URL } from './support/connect-stage.js';
import { type Answer, Counterpart } from './support/counterpart.js';
import { OAUTH_PROVIDER_CASES } from './support/oauth-provider-cases.js';
import { type Account, TestApp } from './support/test-app.js';

let counterpart: Counterpart;
let testApp: TestApp;
let admin: Account;
let made = 0;

beforeAll(async () => {
  counterpart = await Counterpart.start();
  const hosts = OAUTH_PROVIDER_CASES.flatMap((provider) => provider.hosts);
  const environment = { PUBLIC_URL, EGRESS_HOST_MAP: counterpart.mapping(...hosts) };
  testApp = await TestApp.start({ environment });
  admin = await testApp.account();
});

afterAll(async () => {
  await testApp.close();
  await counterpart.close();
});

describe.each(OAUTH_PROVIDER_CASES)('$name', (provider) => {
  const client = { client_id: 'the-client', client_secret: 'secret-of-the-client' };
  let id: string;
  let issued: number;

  /** A token endpoint that gives another token each time, and the rest of the provider. */
  const play = (answers: Record<string, Answer>) =>
    counterpart.answers({
      ...answers,
      [`POST ${provider.token.path}`]: () => ({ json: provider.token.answer(`token-${(issued += 1)}`) }),
    });

  const test = () => testApp.as(admin).post(`/integrations/${id}/test`);
  const calls = () =>
    counterpart.requests
      .filter(({ path }) => path !== provider.token.path)
      .map(({ method, path, headers }) => ({ method, path, authorization: headers.authorization }));

  beforeEach(async () => {
    issued = 0;
    made += 1;
    play(provider.success);
    const form = {
      integration_type_id: provider.type,
      name: `${provider.name} ${made}`,
      config: {},
      credentials: { credential_type: 'oauth2', ...client },
    };
    const { body } = await testApp.as(admin).post('/integrations', form).expect(201);
    id = body.data.integration.id;
    const browser = new Browser(testApp, admin);
    const address = new URL(await browser.initiate(id, provider.scopes && { scopes: provider.scopes }));
    const callback = new URL(CALLBACK_URL);
    callback.search = new URLSearchParams({
      code: 'the-code',
      state: address.searchParams.get('state')!,
    }).toString();
    const landed = await browser.land(callback);
    expect(landed.searchParams.get('outcome')).toBe('connected');
    play(provider.success);
  });

  it('is called with its token, and what it tells is shown', async () => {
    const { body } = await test().expect(200);
    expect(body.data.details).toEqual({ ...provider.details, response_time_ms: expect.any(Number) });
    expect(calls()).toEqual(
      provider.requests.map((request) => ({ ...request, authorization: 'Bearer token-1' })),
    );
  });

  it('has taken the token back', async () => {
    play({ '*': provider.refusal.answer });
    const { body } = await test().expect(422);
    expect(body.error).toMatchObject({
      code: 'CONNECTION_FAILED',
      details: { kind: 'auth', reason: provider.refusal.reason },
    });
    const { body: after } = await testApp.as(admin).get(`/integrations/${id}`).expect(200);
    expect(after.data.integration.status).toBe('needs_reauth');
  });

  it('limits our calls', async () => {
    play({
      '*': { status: 429, headers: { 'retry-after': '30' }, json: { ok: false, error: 'ratelimited' } },
    });
    const { body } = await test().expect(422);
    expect(body.error.details).toMatchObject({ kind: 'rate_limited', status_code: 429 });
  });

  if (provider.refreshed) {
    it('gives another token when the first has ended', async () => {
      const ended = `now() - interval '1 minute'`;
      await testApp.sql(
        `UPDATE integration_credentials SET expires_at = ${ended}, refresh_at = ${ended} WHERE integration_id = $1`,
        [id],
      );
      await test().expect(200);
      expect(calls().map(({ authorization }) => authorization)).toEqual(
        provider.requests.map(() => 'Bearer token-2'),
      );
    });
  } else {
    it('gives a token without an end', async () => {
      const { body } = await testApp.as(admin).get(`/integrations/${id}/tokens/health`).expect(200);
      expect(body.data.token_health).toMatchObject({ status: 'valid', expires_at: null, refreshable: false });
    });
  }

  it('lists what can be chosen, where there is something', async () => {
    const { resources } = provider;
    if (resources) play({ [resources.path]: resources.answer });
    const { body } = await testApp.as(admin).get(`/integrations/${id}/resources`).expect(200);
    expect(body.data.kinds).toEqual(
      resources
        ? [{ id: resources.kind, title: expect.any(String), truncated: false, resources: resources.items }]
        : [],
    );
  });

  it('is told when the integration is deleted, where it can be', async () => {
    play({ '*': { status: 200, json: { ok: true } } });
    await testApp.as(admin).delete(`/integrations/${id}`);
    expect(calls().map(({ method, path }) => `${method} ${path}`)).toEqual(
      provider.revocation === null ? [] : [provider.revocation],
    );
  });
});

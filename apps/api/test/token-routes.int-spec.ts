import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Counterpart } from './support/counterpart.js';
import { tokenAnswer } from './support/oidc.js';
import { asProgram } from './support/programs.js';
import type { Account } from './support/test-app.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';

let bench: TokensBench;
let issuer: Counterpart;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
  issuer = await Counterpart.start();
});

beforeEach(async () => {
  bench.oidc.onToken();
  id = await bench.connect();
});

afterAll(async () => {
  await bench.close();
  await issuer.close();
});

const api = () => bench.testApp.as(bench.admin);
const refuse = (error: string) => bench.oidc.always(tokenAnswer(400, { error }));
const unavailable = () => bench.oidc.always(tokenAnswer(503, 'away'));

async function health(of = id, account: Pick<Account, 'accessToken'> = bench.admin) {
  const { body } = await bench.testApp.as(account).get(`/integrations/${of}/tokens/health`).expect(200);
  return body.data.token_health;
}

const badge = async (of = id) =>
  (await api().get(`/integrations/${of}`).expect(200)).body.data.integration.token_status;

const audited = (of: string) =>
  bench.testApp.sql(
    `SELECT actor_id, outcome, metadata FROM audit_logs WHERE action = 'integration.token_refreshed'
       AND resource_id = $1 ORDER BY sequence`,
    [of],
  );

async function create(credentials: object): Promise<string> {
  const form = { integration_type_id: 'generic_http', name: 'Other', config: { base_url: issuer.url } };
  const { body } = await api()
    .post('/integrations', { ...form, credentials })
    .expect(201);
  return body.data.integration.id;
}

describe('the health of a token', () => {
  it('says until when it lives and when it is refreshed, and nothing of what is sealed', async () => {
    const answer = await api().get(`/integrations/${id}/tokens/health`).expect(200);
    expect(answer.body.data.token_health).toEqual({
      status: 'valid',
      state: expect.any(String),
      expires_at: new Date(bench.clock.now() + HOUR_MS).toISOString(),
      last_refreshed_at: null,
      next_refresh_at: expect.any(String),
      refreshable: true,
      refresh_failures: 0,
      last_error: null,
      scopes_asked: ['openid', 'offline_access'],
      scopes_granted: ['openid', 'offline_access'],
      account: null,
      connected_at: expect.any(String),
      client: 'own',
    });
    for (const value of Object.values(await bench.sealed(id))) {
      if (String(value).length > 20) expect(answer.text).not.toContain(String(value));
    }
    expect(await badge()).toBe('valid');
  });

  it('says that nobody has consented yet', async () => {
    const fresh = await bench.create();
    expect(await health(fresh)).toMatchObject({
      status: 'unauthorized',
      refreshable: false,
      connected_at: null,
      client: 'own',
    });
    expect(await badge(fresh)).toBe('unauthorized');
  });

  it('says that it is being refreshed, while somebody does', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    bench.oidc.onToken(async (_, forward) => {
      arrived.resolve();
      await promise;
      return forward();
    });
    const running = bench.refresh(id);
    await arrived.promise;
    expect((await health()).status).toBe('refreshing');
    expect(await badge()).toBe('valid');
    resolve();
    await running;
    expect((await health()).status).toBe('valid');
  });

  it('says what went wrong, and that the token will end', async () => {
    unavailable();
    await api().post(`/integrations/${id}/tokens/refresh`).expect(502);
    expect(await health()).toMatchObject({
      status: 'expiring',
      refresh_failures: 1,
      last_error: { code: null, reason: expect.any(String), hint: expect.stringMatching(/\w+ \w+/) },
    });
    expect(await badge()).toBe('expiring');
    bench.clock.advance(HOUR_MS);
    await bench.signIn();
    expect((await health()).status).toBe('expired');
    expect(await badge()).toBe('expired');
  });

  it('of a credential that is used as it was entered is none', async () => {
    const key = await create({ credential_type: 'api_token', auth_mode: 'bearer', token: 'a-token' });
    expect(await health(key)).toMatchObject({
      status: 'none',
      refreshable: false,
      client: null,
      scopes_asked: [],
    });
  });
});

describe('a refresh that a person asks for', () => {
  it('brings another token, and is in the audit trail and the history', async () => {
    const before = await bench.sealed(id);
    bench.clock.advance(60_000);
    const { body } = await api().post(`/integrations/${id}/tokens/refresh`).expect(200);
    expect(body).toMatchObject({
      message: 'The token was refreshed.',
      data: {
        token_health: {
          status: 'valid',
          last_refreshed_at: bench.clock.date().toISOString(),
          expires_at: new Date(bench.clock.now() + HOUR_MS).toISOString(),
        },
      },
    });
    expect((await bench.sealed(id)).access_token).not.toBe(before.access_token);
    expect(await audited(id)).toEqual([
      { actor_id: bench.admin.userId, outcome: 'success', metadata: { credential_type: 'oauth2' } },
    ]);
    const history = (await api().get(`/integrations/${id}/tokens/history`).expect(200)).body.data;
    expect(history.events[0]).toEqual({
      id: expect.any(String),
      at: bench.clock.date().toISOString(),
      kind: 'refreshed',
      cause: 'person',
      message: expect.any(String),
      error_code: null,
      duration_ms: expect.any(Number),
      expires_at: new Date(bench.clock.now() + HOUR_MS).toISOString(),
    });
  });

  it('ends, when the provider has forgotten the consent, in words that say what to press', async () => {
    refuse('invalid_grant');
    const { body } = await api().post(`/integrations/${id}/tokens/refresh`).expect(409);
    expect(body.error).toMatchObject({
      code: 'REAUTHORIZATION_REQUIRED',
      message: expect.stringMatching(/no longer accepts the refresh token.*press “Authorise again”/s),
    });
    expect(await audited(id)).toMatchObject([
      { outcome: 'failure', metadata: { code: 'REAUTHORIZATION_REQUIRED' } },
    ]);
    expect(await health()).toMatchObject({
      status: 'revoked',
      refreshable: false,
      next_refresh_at: null,
      last_error: { code: 'invalid_grant', kind: 'auth' },
    });
    expect(await badge()).toBe('revoked');
    const [event] = (await api().get(`/integrations/${id}/tokens/history`).expect(200)).body.data.events;
    expect(event).toMatchObject({ kind: 'revoked', cause: 'person', error_code: 'invalid_grant' });
  });

  it('is of no use before somebody has consented', async () => {
    const fresh = await bench.create();
    const { body } = await api().post(`/integrations/${fresh}/tokens/refresh`).expect(409);
    expect(body.error).toMatchObject({
      code: 'REAUTHORIZATION_REQUIRED',
      message: expect.stringContaining('not been authorised yet'),
    });
  });

  it('is of no use for a key, and while it is disabled', async () => {
    const key = await create({ credential_type: 'api_token', auth_mode: 'bearer', token: 'a-token' });
    const { body } = await api().post(`/integrations/${key}/tokens/refresh`).expect(409);
    expect(body.error).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('does not expire by itself'),
    });
    await api().post(`/integrations/${id}/disable`).expect(200);
    const disabled = await api().post(`/integrations/${id}/tokens/refresh`).expect(409);
    expect(disabled.body.error.message).toContain('Enable it');
    expect(bench.refreshes).toBe(0);
  });

  it('makes another of what is made from a stored credential, and says so', async () => {
    let made = 0;
    issuer.answers({
      'POST /token': () => {
        made += 1;
        return { json: { access_token: `made-${made}`, token_type: 'Bearer', expires_in: 3600 } };
      },
      '*': { json: {} },
    });
    const client = await create({
      credential_type: 'client_credentials',
      token_url: `${issuer.url}/token`,
      client_id: 'me',
      client_secret: 'of-the-client',
    });
    expect(await health(client)).toMatchObject({ status: 'none', refreshable: true });
    const { body } = await api().post(`/integrations/${client}/tokens/refresh`).expect(200);
    expect(body.message).toContain('a new token was made from it');
    expect((await bench.read(client)).values).toMatchObject({ access_token: 'made-1' });
    await api().post(`/integrations/${client}/tokens/refresh`).expect(200);
    expect((await bench.read(client)).values).toMatchObject({ access_token: 'made-2' });

    issuer.answers({ 'POST /token': { status: 401, json: { error: 'invalid_client' } } });
    const refused = await api().post(`/integrations/${client}/tokens/refresh`).expect(502);
    expect(refused.body.error.message).toContain('“Other”');
    expect(await audited(client)).toMatchObject([
      { outcome: 'success' },
      { outcome: 'success' },
      { outcome: 'failure', metadata: { code: 'UPSTREAM_ERROR' } },
    ]);
  });

  it('is asked for five times a minute at most, for one integration', async () => {
    for (const left of [4, 3, 2, 1, 0]) {
      const { headers } = await api().post(`/integrations/${id}/tokens/refresh`).expect(200);
      expect(headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': String(left) });
    }
    const { body, headers } = await api().post(`/integrations/${id}/tokens/refresh`).expect(429);
    expect(body.error.code).toBe('RATE_LIMITED');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(bench.refreshes).toBe(5);
    const another = await bench.connect();
    await api().post(`/integrations/${another}/tokens/refresh`).expect(200);
  });
});

describe('the history', () => {
  it('comes in pages, newest first', async () => {
    for (let number = 0; number < 3; number += 1) {
      bench.clock.advance(1000);
      await bench.refresh(id);
    }
    const page = async (query: string) =>
      (await api().get(`/integrations/${id}/tokens/history?${query}`).expect(200)).body.data;
    const first = await page('limit=2');
    expect(first.events).toHaveLength(2);
    const second = await page(`limit=2&cursor=${first.next_cursor}`);
    expect(second.next_cursor).toBeNull();
    const all = (await page('')).events;
    expect([...first.events, ...second.events]).toEqual(all);
    const times = all.map(({ at }: { at: string }) => at);
    expect(times).toEqual(times.toSorted().reverse());
    await api().get(`/integrations/${id}/tokens/history?cursor=nonsense`).expect(400);
  });
});

describe('who may', () => {
  it('read it, and who may ask for another', async () => {
    const { organizationId } = bench.admin;
    const viewer = await bench.testApp.member(organizationId, 'viewer');
    const developer = await bench.testApp.member(organizationId, 'developer');
    const stranger = await bench.testApp.account();
    for (const reader of [viewer, developer, { accessToken: bench.program.token }])
      expect((await health(id, reader)).status).toBe('valid');
    await bench.testApp.as(viewer).get(`/integrations/${id}/tokens/history`).expect(200);
    await bench.testApp.as(viewer).post(`/integrations/${id}/tokens/refresh`).expect(403);
    await bench.testApp.as(developer).post(`/integrations/${id}/tokens/refresh`).expect(403);
    await asProgram(bench.testApp, bench.program).post(`/integrations/${id}/tokens/refresh`).expect(403);
    const theirs = bench.testApp.as(stranger);
    await theirs.get(`/integrations/${id}/tokens/health`).expect(404);
    await theirs.get(`/integrations/${id}/tokens/history`).expect(404);
    await theirs.post(`/integrations/${id}/tokens/refresh`).expect(404);
    expect(bench.refreshes).toBe(0);
    await bench.testApp.sql('UPDATE integrations SET created_by = $2 WHERE id = $1', [id, developer.userId]);
    await bench.testApp.as(developer).post(`/integrations/${id}/tokens/refresh`).expect(200);
  });
});

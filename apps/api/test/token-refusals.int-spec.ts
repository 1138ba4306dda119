import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '../src/database/database.js';
import { CredentialsService } from '../src/tokens/credentials.service.js';
import { credentialOfGrant } from '../src/tokens/oauth2/token-set.js';
import { Counterpart } from './support/counterpart.js';
import { portOf } from './support/proxy-stage.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';
import { round } from './support/watch.js';

let bench: TokensBench;
let provider: Counterpart;
let id: string;

beforeAll(async () => {
  provider = await Counterpart.start();
  const environment = { EGRESS_HOST_MAP: provider.mapping('slack.com', 'api.vercel.com') };
  bench = await TokensBench.start({}, { environment });
});

beforeEach(async () => {
  bench.oidc.onToken();
  id = await bench.connect();
});

afterAll(async () => {
  await bench.close();
  await provider.close();
});

async function call(path: string, integration = id) {
  const outgoing = request({
    host: '127.0.0.1',
    port: portOf(bench.app),
    path: `/api/v1/integrations/${integration}/proxy${path}`,
    headers: { authorization: `Bearer ${bench.program.token}` },
  });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = String(await buffer(response));
  return {
    status: response.statusCode,
    hint: response.headers['x-latchkey-hint'],
    json: JSON.parse(text) as unknown,
  };
}

const checkNow = () =>
  bench.testApp.sql('UPDATE integrations SET next_check_at = $2 WHERE id = $1', [id, bench.clock.date()]);
const test = async () => {
  await bench.signIn();
  return bench.testApp.as(bench.admin).post(`/integrations/${id}/test`);
};

describe('a token that the provider revoked before its end', () => {
  it('is refreshed once, and the call is made again (Nango: re-sent instead of refreshed)', async () => {
    bench.oidc.store.forget('AccessToken');
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('/resource')));
    for (const answer of answers)
      expect(answer).toEqual({ status: 200, hint: undefined, json: { login: 'ada' } });
    expect(bench.refreshes).toBe(1);
    expect(await bench.events(id)).toMatchObject([{ kind: 'refreshed', cause: 'refusal' }]);
  });

  it('is refreshed by a check, which then counts for the new one', async () => {
    bench.oidc.store.forget('AccessToken');
    await checkNow();
    await round(bench.app);
    expect(await bench.integration(id)).toMatchObject({
      status: 'active',
      last_checked_at: bench.clock.date(),
    });
    expect(await bench.row(id)).toMatchObject({ state: 'active', previous_sealed: null });
    expect(bench.refreshes).toBe(1);
  });

  it('is refreshed by a test, and no test uses up a refresh token besides', async () => {
    for (const _ of [1, 2, 3]) expect((await test()).status).toBe(200);
    expect(bench.refreshes).toBe(0);
    bench.oidc.store.forget('AccessToken');
    for (const _ of [1, 2]) expect((await test()).status).toBe(200);
    expect(bench.refreshes).toBe(1);
  });

  it('whose refresh token is gone too ends in needs_reauth, once, and the watch leaves it alone', async () => {
    bench.oidc.store.forget('AccessToken', 'RefreshToken');
    await checkNow();
    await round(bench.app);
    expect(await bench.integration(id)).toMatchObject({ status: 'needs_reauth', next_check_at: null });
    expect(await bench.openIncidents(id)).toBe(1);
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['needs_reauth']);
    const answer = await test();
    expect([answer.status, answer.body.error.code]).toEqual([422, 'CONNECTION_FAILED']);
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['needs_reauth']);
    expect(bench.refreshes).toBe(1);
  });

  it('is refused again and again for another reason: it is refreshed once, and a check is asked for', async () => {
    bench.oidc.store.forget('AccessToken');
    await call('/resource');
    await bench.testApp.sql('UPDATE integrations SET next_check_at = $2 WHERE id = $1', [
      id,
      new Date(bench.clock.now() + HOUR_MS),
    ]);
    bench.oidc.store.forget('AccessToken');
    for (const _ of [1, 2, 3])
      expect(await call('/resource')).toMatchObject({ status: 401, hint: 'credential_refused' });
    expect(bench.refreshes).toBe(1);
    expect((await bench.integration(id)).next_check_at).toEqual(bench.clock.date());
  });

  it('can be used again after a refresh by a person, where a test had found it refused', async () => {
    await bench.testApp.sql(
      `UPDATE integrations SET status = 'needs_reauth', error_message = 'Refused' WHERE id = $1`,
      [id],
    );
    await bench.refresh(id);
    expect(await bench.integration(id)).toMatchObject({ status: 'active', error_message: null });
    expect((await bench.read(id)).status).toBe(200);
  });
});

describe('a token without a refresh token', () => {
  const withoutRefreshToken = (grant: Record<string, unknown>) => delete grant.refreshToken;

  it('does not live for ever: at its end somebody has to consent again (Activepieces 14680)', async () => {
    await bench.authorise(id, withoutRefreshToken);
    expect((await bench.read(id)).status).toBe(200);
    expect(await bench.row(id)).toMatchObject({ refresh_at: null, expires_at: expect.any(Date) });
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    bench.clock.advance(HOUR_MS);
    const { status, error } = await bench.read(id);
    expect([status, error?.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
    expect(error?.message).toContain('gave no refresh token');
    expect(await bench.integration(id)).toMatchObject({ status: 'needs_reauth', next_check_at: null });
    expect(await bench.row(id)).toMatchObject({ state: 'expired' });
    expect(await bench.events(id)).toMatchObject([{ kind: 'refused' }]);
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['needs_reauth']);
    expect(bench.refreshes).toBe(0);
  });

  it('ends in needs_reauth by the watch too, where nobody uses it', async () => {
    await bench.authorise(id, withoutRefreshToken);
    bench.clock.advance(HOUR_MS);
    await checkNow();
    await round(bench.app);
    expect((await bench.integration(id)).status).toBe('needs_reauth');
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['needs_reauth']);
    expect(await bench.events(id)).toMatchObject([{ kind: 'refused' }]);
  });

  it('that is refused is not called gone at once: the next check, made soon, says so', async () => {
    await bench.authorise(id, withoutRefreshToken);
    bench.oidc.store.forget('AccessToken');
    const later = new Date(bench.clock.now() + HOUR_MS);
    await bench.testApp.sql('UPDATE integrations SET next_check_at = $2 WHERE id = $1', [id, later]);
    expect(await call('/resource')).toMatchObject({ status: 401, hint: 'credential_refused' });
    expect((await bench.integration(id)).status).toBe('active');
    await round(bench.app);
    expect(await bench.integration(id)).toMatchObject({ status: 'needs_reauth', next_check_at: null });
    expect(await bench.events(id)).toMatchObject([{ kind: 'refused', cause: 'refusal' }]);
  });
});

describe('a token of which no end is known', () => {
  it('is used until it is refused, and refreshed then', async () => {
    await bench.authorise(id, (grant) => delete grant.lifetimeSeconds);
    expect(await bench.row(id)).toMatchObject({ expires_at: null, refresh_at: null });
    bench.clock.advance(48 * HOUR_MS);
    expect((await bench.read(id)).expiresAt).toBeNull();
    expect(bench.refreshes).toBe(0);
    bench.oidc.store.forget('AccessToken');
    expect((await call('/resource')).status).toBe(200);
    expect(bench.refreshes).toBe(1);
  });

  it('may have one after seconds: it is refreshed each time', async () => {
    bench.oidc.onToken(async (_request, forward) => {
      const { body, ...given } = await forward();
      return { ...given, body: JSON.stringify({ ...(JSON.parse(body) as object), expires_in: undefined }) };
    });
    await bench.authorise(id, (grant) => delete grant.lifetimeSeconds);
    for (const refreshes of [1, 2, 3]) {
      bench.clock.advance(6_000);
      bench.oidc.store.forget('AccessToken');
      expect((await call('/resource')).status).toBe(200);
      expect(bench.refreshes).toBe(refreshes);
    }
  });
});

describe('an integration that nobody has authorised yet', () => {
  it('says so to programs, people and the watch, and nothing counts as broken', async () => {
    id = await bench.create();
    const { status, error } = await bench.read(id);
    expect([status, error?.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
    expect(error?.message).toContain('has not been authorised yet');
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    await checkNow();
    await round(bench.app);
    expect(await bench.integration(id)).toMatchObject({ status: 'pending', next_check_at: null });
    expect(await bench.openIncidents(id)).toBe(0);
  });
});

describe('signs of a dead token by manifest', () => {
  /** An integration of this type with tokens that it accepts `good` of. */
  async function plant(type: string, authMode: string): Promise<string> {
    const { body } = await bench.testApp
      .as(bench.admin)
      .post('/integrations', {
        integration_type_id: type,
        name: type,
        config: {},
        credentials: { credential_type: 'oauth2', auth_mode: authMode, client_id: 'c', client_secret: 's' },
      })
      .expect(201);
    const planted: string = body.data.integration.id;
    const party = await bench.partyOf(planted);
    const { organizationId } = bench.admin;
    const made = credentialOfGrant(party.way, {
      grant: {
        accessToken: 'old',
        refreshToken: 'refresh',
        lifetimeSeconds: 3600,
        scopes: null,
        account: null,
        captured: {},
        receivedAt: bench.clock.now(),
      },
      fields: party.fields,
      client: 'own',
      scopesAsked: [],
      now: bench.clock.now(),
      random: 0,
    });
    const credentials = bench.of(CredentialsService);
    const sealed = await credentials.seal(organizationId, planted, made, party.credential.id);
    await bench.of(Database).tenant(organizationId, (manager) => credentials.replace(manager, sealed));
    await bench.testApp.sql(`UPDATE integrations SET status = 'active' WHERE id = $1`, [planted]);
    return planted;
  }

  const grantNew = { json: { ok: true, access_token: 'new', token_type: 'bearer', expires_in: 3600 } };
  const tokenOf = (headers: Record<string, unknown>) => headers.authorization === 'Bearer new';

  it.each<[string, string, string, number, object]>([
    [
      'a success with an error (n8n 32423)',
      'slack',
      '/api/oauth.v2.access',
      200,
      { ok: false, error: 'token_expired' },
    ],
    [
      '403 (n8n 17450)',
      'vercel',
      '/login/oauth/token',
      403,
      { error: { code: 'forbidden', invalidToken: true } },
    ],
  ])('%s leads to one refresh, for a call and for a check', async (_, type, tokenPath, status, json) => {
    id = await plant(type, 'oauth2');
    const good = { ok: true, user: { username: 'ada', id: '1' }, team: 'T', team_id: 'T1', user_id: 'U1' };
    provider.answers({
      [`POST ${tokenPath}`]: grantNew,
      '*': ({ headers }) => (tokenOf(headers) ? { json: good } : { status, json }),
    });
    expect(await call('/anything')).toEqual({ status: 200, hint: undefined, json: good });

    id = await plant(type, 'oauth2');
    await checkNow();
    await round(bench.app);
    expect(await bench.integration(id)).toMatchObject({
      status: 'active',
      last_checked_at: bench.clock.date(),
    });
    expect(await bench.events(id)).toMatchObject([{ kind: 'refreshed', cause: 'refusal' }]);
  });
});

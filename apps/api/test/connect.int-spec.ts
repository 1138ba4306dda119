import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CALLBACK_URL, CLIENT, ConnectStage, outcomeOf, PUBLIC_URL } from './support/connect-stage.js';
import { consent } from './support/oidc.js';
import { makeToken, readValue } from './support/programs.js';

let stage: ConnectStage;

beforeAll(async () => {
  stage = await ConnectStage.start();
});

beforeEach(() => {
  stage.oidc.onToken();
  Object.assign(stage.oidc.person, { accountId: 'ada', denies: false, withholds: [] });
});

afterAll(() => stage.close());

interface StoredRow {
  state: string;
  field_names: string[];
  expires_at: Date | null;
  refresh_at: Date | null;
  metadata: { oauth?: Record<string, unknown> };
}

async function stored(id: string): Promise<StoredRow> {
  const [row] = await stage.testApp.sql<StoredRow>(
    `SELECT state, field_names, expires_at, refresh_at, metadata FROM integration_credentials WHERE integration_id = $1`,
    [id],
  );
  return row!;
}

describe('an integration that is connected by a consent', () => {
  it('waits for it, and says so to whoever uses it', async () => {
    const { body } = await stage.testApp.as(stage.admin).post('/integrations', stage.form()).expect(201);
    expect(body.message).toBe('Integration created. Authorise it at Generic HTTP API to finish connecting.');
    const { id } = body.data.integration;
    expect(body.data.integration).toMatchObject({
      status: 'pending',
      next_check_at: null,
      token_status: 'unauthorized',
    });
    expect((await stage.logs(id))[0]!.message).toBe('Created; it has to be authorised at the provider');

    const as = stage.testApp.as(stage.admin);
    const token = await makeToken(stage.testApp, stage.admin);
    for (const answer of [
      await as.post(`/integrations/${id}/test`),
      await readValue(stage.testApp, token, id),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
      expect(answer.body.error.message).toContain('has not been authorised yet');
    }
    await as.post(`/integrations/${id}/disable`).expect(200);
    await as.post(`/integrations/${id}/enable`).expect(200);
    await as
      .patch(`/integrations/${id}`, { config: { ...stage.form().config, expected_status: 201 } })
      .expect(200);
    expect(await stage.integration(id)).toMatchObject({ status: 'pending', next_check_at: null });
  });

  it('sends the browser to the provider, exactly', async () => {
    const browser = stage.browser();
    const { searchParams } = new URL(await browser.initiate(await stage.create()));

    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: CLIENT.id,
      redirect_uri: CALLBACK_URL,
      scope: 'openid offline_access repo',
      prompt: 'consent',
      state: expect.stringMatching(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/),
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    const [cookie] = [...browser.cookies];
    expect(cookie).toEqual([
      expect.stringMatching(/^latchkey_flow_[0-9a-f]{8}$/),
      expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    ]);
  });

  it('gives the browser a cookie for this flow alone, which no script reads', async () => {
    const id = await stage.create();
    const { headers, body } = await stage.testApp.as(stage.admin).post(`/integrations/${id}/oauth/initiate`);

    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^latchkey_flow_[0-9a-f]{8}=[A-Za-z0-9_-]{43}; Max-Age=600; Path=\/api\/v1; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
    expect(Date.parse(body.data.expires_at) - stage.testApp.clock.now()).toBe(600_000);
  });

  it('lands connected and tested, with everything written down', async () => {
    const id = await stage.create();
    const landed = await stage.browser().connect(id, { display: 'popup' });

    expect(landed.origin + landed.pathname).toBe(`${PUBLIC_URL}/connect/result`);
    expect(outcomeOf(landed)).toEqual({
      flow: 'connect',
      outcome: 'connected',
      integration: id,
      display: 'popup',
    });
    expect(await stage.integration(id)).toMatchObject({ status: 'active', error_code: null });
    const row = await stored(id);
    expect(row).toMatchObject({
      state: 'active',
      field_names: ['access_token', 'client_id', 'client_secret', 'refresh_token'],
      metadata: {
        oauth: {
          scopes_asked: ['openid', 'offline_access', 'repo'],
          scopes_granted: ['openid', 'offline_access', 'repo'],
          lifetime_seconds: 3600,
          refreshable: true,
          client: 'own',
        },
      },
    });
    expect(row.refresh_at!.getTime()).toBeLessThan(row.expires_at!.getTime());
    expect((await stage.logs(id)).map(({ action }) => action)).toEqual([
      'connection_test',
      'authorised',
      'created',
    ]);
    const [started] = (await stage.audit('integration.oauth_started')).slice(-1);
    expect(started).toMatchObject({
      actor_type: 'user',
      resource_id: id,
      metadata: { scopes: ['openid', 'offline_access', 'repo'], display: 'popup', client: 'own' },
    });
    const [connected] = (await stage.audit('integration.connected')).slice(-1);
    expect(connected).toMatchObject({
      outcome: 'success',
      actor_type: 'user',
      resource_id: id,
      metadata: { scopes: ['openid', 'offline_access', 'repo'], again: false },
    });
    const events = await stage.testApp.sql(
      'SELECT kind, cause, message FROM token_events WHERE integration_id = $1',
      [id],
    );
    expect(events).toEqual([{ kind: 'connected', cause: 'person', message: 'Authorised' }]);
  });

  it('is what a program gets: the access token, and nothing that lives longer', async () => {
    const id = await stage.create();
    await stage.browser().connect(id);
    const { body } = await readValue(stage.testApp, await makeToken(stage.testApp, stage.admin), id).expect(
      200,
    );

    expect(body.data.credential).toMatchObject({ credential_type: 'oauth2', selected_resources: [] });
    expect(Object.keys(body.data.credential.values)).toEqual(['access_token']);
    expect(await stage.oidc.accepts(body.data.credential.values.access_token)).toBe(true);
  });

  it('can be finished by a page that takes the parameters itself', async () => {
    const id = await stage.create();
    const browser = stage.browser();
    const { searchParams } = await consent(await browser.initiate(id));
    const { status, body } = await browser.post(Object.fromEntries(searchParams));

    expect([status, body.message]).toEqual([200, 'Authorised and connected.']);
    expect(body.data.integration).toMatchObject({ id, status: 'active' });
  });

  it('lands on its own address behind a proxy, whatever the request says of its host', async () => {
    const id = await stage.create();
    const browser = stage.browser();
    const forged = {
      host: 'internal:8080',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example;proto=http',
    };
    const { body, headers } = await stage.testApp
      .as(stage.admin)
      .post(`/integrations/${id}/oauth/initiate`)
      .set(forged);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(headers['set-cookie']![0]!) ?? [];
    browser.cookies.set(name, value);
    const sent: (string | null)[] = [];
    stage.oidc.onToken(({ form }, forward) => {
      sent.push(form.get('redirect_uri'));
      return forward();
    });

    const landed = await browser.land(await consent(body.data.authorization_url), forged);

    expect(new URL(body.data.authorization_url).searchParams.get('redirect_uri')).toBe(CALLBACK_URL);
    expect(sent).toEqual([CALLBACK_URL]);
    expect(landed.origin).toBe(PUBLIC_URL);
    expect(outcomeOf(landed).outcome).toBe('connected');
  });

  it('lands on the truth: the consent stands, and the connection does not work', async () => {
    const id = await stage.create(stage.admin, { test_path: '/nothing-here' });
    const landed = await stage.browser().connect(id);

    expect(outcomeOf(landed)).toMatchObject({
      outcome: 'failed',
      code: 'CONNECTION_FAILED',
      integration: id,
    });
    expect(await stage.integration(id)).toMatchObject({ status: 'error', error_code: 'not_found' });
    expect((await stored(id)).field_names).toContain('access_token');
  });
});

describe('another consent', () => {
  it('keeps id, name and settings, and asks for the scopes of last time', async () => {
    const id = await stage.create();
    await stage.browser().connect(id);
    const before = await stage.integration(id);
    const [{ expires_at: firstEnd }] = [await stored(id)];
    stage.testApp.clock.advance(60_000);
    await stage.browser().connect(id);

    const after = await stage.integration(id);
    expect([after.id, after.name, after.config]).toEqual([before.id, before.name, before.config]);
    expect((await stored(id)).expires_at!.getTime()).toBe(firstEnd!.getTime() + 60_000);
    expect((await stage.logs(id)).find(({ action }) => action === 'authorised')!.message).toBe(
      'Authorised again',
    );
    expect((await stage.audit('integration.connected')).at(-1)!.metadata).toMatchObject({ again: true });
  });

  it('of one that was disabled meanwhile is kept, and it stays disabled', async () => {
    const id = await stage.create();
    const browser = stage.browser();
    const callback = await consent(await browser.initiate(id));
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/disable`).expect(200);

    expect(outcomeOf(await browser.land(callback))).toMatchObject({ outcome: 'connected', integration: id });
    expect(await stage.integration(id)).toMatchObject({ status: 'disabled', next_check_at: null });
    expect((await stored(id)).field_names).toContain('access_token');
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/oauth/initiate`).expect(409);
  });
});

describe('the scopes', () => {
  it('are those that somebody chose among those there are', async () => {
    const id = await stage.create();
    const address = new URL(await stage.browser().initiate(id, { scopes: ['repo', 'openid'] }));
    expect(address.searchParams.get('scope')).toBe('openid repo');

    const { body } = await stage.testApp
      .as(stage.admin)
      .post(`/integrations/${id}/oauth/initiate`, { scopes: ['repo', 'everything'] })
      .expect(400);
    expect(body.error.details).toEqual({
      scopes: ['can hold openid, offline_access, repo and nothing else'],
    });
    for (const scopes of ['repo', [5], ['x'.repeat(300)]])
      await stage.testApp.as(stage.admin).post(`/integrations/${id}/oauth/initiate`, { scopes }).expect(400);
  });
});

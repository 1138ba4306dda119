import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CALLBACK_URL, CLIENT, ConnectStage, outcomeOf } from './support/connect-stage.js';

let stage: ConnectStage;

beforeAll(async () => {
  stage = await ConnectStage.start();
});

beforeEach(() => {
  stage.oidc.onToken();
});

afterAll(() => stage.close());

const oauth2 = (fields: object) => ({ credential_type: 'oauth2', ...fields });
const patch = (id: string, fields: object) =>
  stage.testApp.as(stage.admin).patch(`/integrations/${id}/credentials`, oauth2(fields));

async function connected(): Promise<string> {
  const id = await stage.create();
  await stage.browser().connect(id);
  expect((await stage.integration(id)).status).toBe('active');
  return id;
}

const fieldsOf = async (id: string): Promise<string[]> =>
  (await stage.testApp.as(stage.admin).get(`/integrations/${id}/credentials`).expect(200)).body.data
    .credentials.fields;

const ALL = ['access_token', 'client_id', 'client_secret', 'refresh_token'];

/** The server knows the client by another secret from now on. */
function acceptSecret(secret: string): string[] {
  const given: string[] = [];
  stage.oidc.onToken((request, forward) => {
    const [, basic = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [, sent = ''] = Buffer.from(basic, 'base64').toString().split(':');
    given.push(sent);
    if (sent !== encodeURIComponent(secret))
      return Promise.resolve({
        status: 401,
        headers: { 'content-type': 'application/json' },
        body: '{"error":"invalid_client"}',
      });
    const real = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64');
    request.headers.authorization = `Basic ${real}`;
    return forward();
  });
  return given;
}

describe('making an integration that needs a consent', () => {
  it('needs a client, and says what to register where there is none', async () => {
    const as = stage.testApp.as(stage.admin);
    const { body } = await as.post('/integrations', stage.form({}, {})).expect(400);

    expect(body.error.details).toEqual({ 'credentials.client_id': [expect.stringContaining(CALLBACK_URL)] });
    const halved = await as.post('/integrations', stage.form({}, { client_id: 'x' })).expect(400);
    expect(halved.body.error.details).toEqual({
      'credentials.client_secret': ['is required: it belongs to the client ID'],
    });
    const open = { oauth_client_authentication: 'none' };
    await as.post('/integrations', stage.form(open, { client_id: 'x' })).expect(201);
  });

  it('takes no token from a form', async () => {
    const tokens = { client_id: 'x', client_secret: 'y', access_token: 'z', refresh_token: 'z' };
    const { body } = await stage.testApp
      .as(stage.admin)
      .post('/integrations', stage.form({}, tokens))
      .expect(400);

    expect(Object.keys(body.error.details).toSorted()).toEqual([
      'credentials.access_token',
      'credentials.refresh_token',
    ]);
  });

  it('cannot be tested before the consent, and says so', async () => {
    const as = stage.testApp.as(stage.admin);
    const { name: _name, ...draft } = stage.form();
    const [created, tested] = [
      await as.post('/integrations', { ...stage.form(), test: true }).expect(400),
      await as.post('/integrations/test', draft).expect(400),
    ];

    expect(created.body.error.details).toEqual({
      test: [expect.stringContaining('before it is authorised')],
    });
    expect(Object.keys(tested.body.error.details)).toEqual(['credentials.credential_type']);
  });

  it('is told by the catalogue, with the address to register', async () => {
    const { body } = await stage.testApp.as(stage.admin).get('/integration-types/generic_http').expect(200);
    const modes = body.data.integration_type.auth_modes as {
      id: string;
      flow: string;
      oauth: object | null;
    }[];

    const byConsent = modes.find(({ id }) => id === 'oauth2')!;
    expect(byConsent.flow).toBe('oauth');
    expect(byConsent.oauth).toEqual({
      client: 'own',
      callback_url: CALLBACK_URL,
      scopes: [],
      client_setup: { link: null, steps: expect.arrayContaining([expect.stringContaining('redirect URI')]) },
    });
    expect(
      modes.filter(({ id }) => id !== 'oauth2').every(({ flow, oauth }) => flow === 'form' && oauth === null),
    ).toBe(true);
  });
});

describe('starting an authorisation', () => {
  it('is refused where there is nothing to authorise', async () => {
    const as = stage.testApp.as(stage.admin);
    const form = {
      integration_type_id: 'generic_http',
      name: 'By token',
      config: { base_url: stage.oidc.url },
      credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: 'x' },
    };
    const made = await as.post('/integrations', form).expect(201);
    const { body } = await as
      .post(`/integrations/${made.body.data.integration.id}/oauth/initiate`)
      .expect(409);

    expect(body.error.message).toContain('needs no authorisation');
  });

  it('is for those who may replace the credential', async () => {
    const id = await stage.create();
    const viewer = await stage.testApp.member(stage.admin.organizationId, 'viewer');
    const developer = await stage.testApp.member(stage.admin.organizationId, 'developer');

    for (const account of [viewer, developer]) {
      const { body } = await stage.testApp.as(account).post(`/integrations/${id}/oauth/initiate`).expect(403);
      expect(body.error.details).toEqual({ permission: 'credentials:update' });
    }
    const own = await stage.create(developer);
    await stage.testApp.as(developer).post(`/integrations/${own}/oauth/initiate`).expect(200);
  });
});

describe('another secret of the same client', () => {
  it('is proven by a refresh, and needs no new consent', async () => {
    const id = await connected();
    const given = acceptSecret('the-new-one');
    const { body } = await patch(id, { client_id: CLIENT.id, client_secret: 'the-new-one' }).expect(200);

    expect(given).toEqual(['the-new-one']);
    expect(body.message).toContain('stays authorised');
    expect(body.data.integration.status).toBe('active');
    expect(await fieldsOf(id)).toEqual(ALL);
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/tokens/refresh`).expect(200);
    expect(given).toEqual(['the-new-one', 'the-new-one']);
    expect((await stage.audit('credentials.updated')).at(-1)).toMatchObject({
      outcome: 'success',
      resource_id: id,
    });
  });

  it('that the provider refuses is not kept, and the old one goes on', async () => {
    const id = await connected();
    const before = await stage.integration(id);
    const { body } = await patch(id, { client_id: CLIENT.id, client_secret: 'a-wrong-one' }).expect(422);

    expect(body.error).toMatchObject({ code: 'CONNECTION_FAILED', details: { kind: 'auth' } });
    const after = await stage.integration(id);
    expect([after.status, after.error_code, after.token_status]).toEqual([
      'active',
      null,
      before.token_status,
    ]);
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/tokens/refresh`).expect(200);
    expect((await stage.audit('credentials.updated')).at(-1)).toMatchObject({
      outcome: 'failure',
      resource_id: id,
    });
  });

  it('that cannot be tried for now is not kept either', async () => {
    const id = await connected();
    stage.oidc.onToken(() => Promise.resolve('drop'));
    await patch(id, { client_id: CLIENT.id, client_secret: 'the-new-one' }).expect(422);
    stage.oidc.onToken();

    expect((await stage.integration(id)).status).toBe('active');
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/tokens/refresh`).expect(200);
  });

  it('is kept although the consent has ended, and says that it has', async () => {
    const id = await connected();
    stage.oidc.store.forget('Grant', 'RefreshToken', 'AccessToken');
    const { body } = await patch(id, { client_id: CLIENT.id, client_secret: CLIENT.secret }).expect(200);

    expect(body.message).toContain('the authorisation has ended');
    expect(body.data.integration.status).toBe('needs_reauth');
    expect(outcomeOf(await stage.browser().connect(id)).outcome).toBe('connected');
  });

  it('is kept as it is before the first consent', async () => {
    const id = await stage.create();
    const { body } = await patch(id, { client_id: CLIENT.id, client_secret: 'x' }).expect(200);

    expect(body.message).toContain('Authorise the integration');
    expect(body.data.integration).toMatchObject({ status: 'pending', next_check_at: null });
  });
});

describe('another client', () => {
  it('drops the tokens, there too, and asks for a consent', async () => {
    const id = await connected();
    const [{ sealed: before }] = (await stage.testApp.sql<{ sealed: Buffer }>(
      'SELECT sealed FROM integration_credentials WHERE integration_id = $1',
      [id],
    )) as [{ sealed: Buffer }];
    const { body } = await patch(id, { client_id: 'another-client', client_secret: 'another-secret' }).expect(
      200,
    );

    expect(body.message).toContain('Authorise the integration at Generic HTTP API');
    expect(body.data.integration).toMatchObject({
      status: 'pending',
      next_check_at: null,
      token_status: 'unauthorized',
    });
    expect(await fieldsOf(id)).toEqual(['client_id', 'client_secret']);
    const kept = await stage.testApp.sql<{ sealed: Buffer; previous_sealed: Buffer | null }>(
      'SELECT sealed, previous_sealed FROM integration_credentials WHERE integration_id = $1',
      [id],
    );
    expect(kept).toEqual([{ sealed: expect.anything(), previous_sealed: null }]);
    expect(kept[0]!.sealed.equals(before)).toBe(false);
    expect(outcomeOf(await stage.browser().connect(id)).outcome).toBe('connected');
    expect(await fieldsOf(id)).toEqual(ALL);
  });

  it('takes the place of a credential of another kind, and the other way round', async () => {
    const as = stage.testApp.as(stage.admin);
    const id = await connected();
    const bearer = { credential_type: 'api_token', auth_mode: 'bearer', token: 'no-token-of-the-server' };
    await as.patch(`/integrations/${id}/credentials`, bearer).expect(422);
    expect(await fieldsOf(id)).toEqual(ALL);

    const made = await as.post('/integrations', { ...stage.form(), credentials: bearer }).expect(201);
    const other: string = made.body.data.integration.id;
    await patch(other, { client_id: CLIENT.id, client_secret: CLIENT.secret }).expect(200);
    expect(outcomeOf(await stage.browser().connect(other)).outcome).toBe('connected');
    expect(await stage.integration(other)).toMatchObject({ auth_mode: 'oauth2', status: 'active' });
  });
});

it('the addresses of the flow are for those who may replace the credential', async () => {
  const id = await stage.create();
  const lead = await stage.testApp.member(stage.admin.organizationId, 'developer');
  const { config } = await stage.integration(id);
  for (const name of ['authorization_url', 'token_url', 'revocation_url', 'issuer']) {
    const moved = { ...config, [name]: 'https://evil.example/oauth' };
    const { body } = await stage.testApp.as(lead).patch(`/integrations/${id}`, { config: moved }).expect(403);
    expect(body.error.details).toEqual({ permission: 'credentials:update' });
  }
});

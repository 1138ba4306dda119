import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser, CALLBACK_URL, outcomeOf, PUBLIC_URL } from './support/connect-stage.js';
import { type Answer, Counterpart, type Received } from './support/counterpart.js';
import { type Account, TestApp } from './support/test-app.js';

/** GitHub on the wire, with a client that the operator registered for everybody. */
const OPERATOR = { id: 'Iv1.operator', secret: 'secret-of-the-operator' };

let counterpart: Counterpart;
let testApp: TestApp;
let admin: Account;
let id: string;

beforeAll(async () => {
  counterpart = await Counterpart.start();
  testApp = await TestApp.start({
    environment: {
      PUBLIC_URL,
      GITHUB_OAUTH_CLIENT_ID: OPERATOR.id,
      GITHUB_OAUTH_CLIENT_SECRET: OPERATOR.secret,
      EGRESS_HOST_MAP: counterpart.mapping('github.com', 'api.github.com', 'github.acme.example'),
    },
  });
  admin = await testApp.account();
});

beforeEach(async () => {
  plays({ access_token: 'gho_1', token_type: 'bearer', scope: 'repo,read:org' });
  id = await create();
});

afterAll(async () => {
  await testApp.close();
  await counterpart.close();
});

function plays(token: object, account: Answer = { json: { login: 'ada', id: 1 } }): void {
  counterpart.answers({
    'POST /login/oauth/access_token': { json: token },
    'GET /user': account,
    '*': (request) => (request.method === 'DELETE' ? { status: 204 } : { json: {} }),
  });
}

async function create(config: object = {}, client: object = {}): Promise<string> {
  const { body } = await testApp
    .as(admin)
    .post('/integrations', {
      integration_type_id: 'github',
      name: 'GitHub',
      config,
      credentials: { credential_type: 'oauth2', ...client },
    })
    .expect(201);
  return body.data.integration.id;
}

/** The person presses “Authorize”. */
async function authorise(integration = id, body: object = {}): Promise<Record<string, string>> {
  const browser = new Browser(testApp, admin);
  const { searchParams } = new URL(await browser.initiate(integration, body));
  const query = new URLSearchParams({ code: 'a-code', state: searchParams.get('state')! });
  return outcomeOf(await browser.land(`${CALLBACK_URL}?${query}`));
}

const sentTo = (path: string): Received[] => counterpart.requests.filter((each) => each.path === path);

describe('with the client of the installation', () => {
  it('nobody brings one, and the catalogue says so', async () => {
    const { body } = await testApp.as(admin).get('/integration-types/github').expect(200);
    const modes = body.data.integration_type.auth_modes as {
      id: string;
      oauth: { client: string; scopes: object[] };
    }[];
    const { oauth } = modes.find((mode) => mode.id === 'oauth2')!;

    expect(oauth.client).toBe('installation');
    expect(oauth.scopes[0]).toEqual({
      name: 'repo',
      allows: expect.any(String),
      default: true,
      required: false,
    });
  });

  it('the provider is asked as the manifest says, with PKCE', async () => {
    const browser = new Browser(testApp, admin);
    const address = new URL(await browser.initiate(id, { scopes: ['read:org'] }));
    expect(`${address.origin}${address.pathname}`).toBe('https://github.com/login/oauth/authorize');
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      client_id: OPERATOR.id,
      scope: 'read:org',
      redirect_uri: CALLBACK_URL,
      code_challenge_method: 'S256',
    });
    expect((await authorise()).outcome).toBe('connected');

    const [exchange] = sentTo('/login/oauth/access_token');
    expect(exchange!.headers).toMatchObject({ accept: 'application/json' });
    expect(Object.fromEntries(new URLSearchParams(exchange!.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'a-code',
      redirect_uri: CALLBACK_URL,
      client_id: OPERATOR.id,
      client_secret: OPERATOR.secret,
      code_verifier: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
  });

  it('its secret is not kept with the integration, and goes to no address that somebody else chose', async () => {
    await authorise();
    const shown = await testApp.as(admin).get(`/integrations/${id}/credentials`).expect(200);
    expect(shown.body.data.credentials.fields).toEqual(['access_token']);

    const form = {
      integration_type_id: 'github',
      name: 'Of our own',
      config: { web_url: 'https://github.acme.example', api_base_url: 'https://github.acme.example/api/v3' },
      credentials: { credential_type: 'oauth2' },
    };
    const { body } = await testApp.as(admin).post('/integrations', form).expect(400);
    expect(Object.keys(body.error.details)).toEqual(['credentials.client_id']);

    await testApp.as(admin).patch(`/integrations/${id}`, { config: form.config }).expect(200);
    await testApp.as(admin).post(`/integrations/${id}/oauth/initiate`).expect(409);
    const own = { client_id: 'ours', client_secret: 'our-secret' };
    const theirs = await create(form.config, own);
    plays({ access_token: 'gho_2', scope: 'repo,read:org' });
    await authorise(theirs);
    expect(
      sentTo('/login/oauth/access_token').map(({ body: sent }) => new URLSearchParams(sent).get('client_id')),
    ).toEqual(['ours']);
  });
});

describe('the account', () => {
  it('is named in the log, the trail and the metadata', async () => {
    await authorise();
    const { body } = await testApp.as(admin).get(`/integrations/${id}/logs`).expect(200);
    const [row] = await testApp.sql<{ metadata: { oauth: { account: object } } }>(
      'SELECT metadata FROM integration_credentials WHERE integration_id = $1',
      [id],
    );

    expect(body.data.logs.find(({ action }: { action: string }) => action === 'authorised').message).toBe(
      'Authorised as ada',
    );
    expect(row!.metadata.oauth.account).toEqual({ id: '1', name: 'ada' });
  });

  it('that is another one than before is told', async () => {
    await authorise();
    plays({ access_token: 'gho_2', scope: 'repo,read:org' }, { json: { login: 'grace', id: 2 } });
    await authorise();
    const { body } = await testApp.as(admin).get(`/integrations/${id}/logs`).expect(200);
    const latest = body.data.logs.find(({ action }: { action: string }) => action === 'authorised');

    expect(latest).toMatchObject({
      status: 'warning',
      message: 'Authorised again as grace, another account than before (ada)',
      metadata: { other_account: true, account: { id: '2', name: 'grace' } },
    });
    const trail = await testApp.sql<{ metadata: object }>(
      "SELECT metadata FROM audit_logs WHERE action = 'integration.connected' AND resource_id = $1 ORDER BY sequence",
      [id],
    );
    expect(trail.map(({ metadata }) => metadata)).toMatchObject([
      { account: 'ada', again: false },
      { account: 'grace', account_before: 'ada', again: true },
    ]);
  });

  it('need not be known, and what it is called cannot do harm', async () => {
    plays({ access_token: 'gho_1', scope: 'repo,read:org' }, { status: 500, text: 'down' });
    expect((await authorise()).integration).toBe(id);
    plays(
      { access_token: 'gho_1', scope: 'repo,read:org' },
      { json: { login: `gho_1 \u0000\n${'x'.repeat(500)}`, id: 1 } },
    );
    await authorise();
    const rows = await testApp.sql<{ text: string }>(
      `SELECT message || metadata::text AS text FROM integration_logs WHERE integration_id = $1::uuid
       UNION ALL SELECT metadata::text FROM integration_credentials WHERE integration_id = $1::uuid
       UNION ALL SELECT metadata::text FROM audit_logs WHERE resource_id = $1::uuid`,
      [id],
    );
    const text = rows.map((row) => row.text).join(' ');
    expect(text).not.toContain('gho_1');
    expect(text).not.toContain('x'.repeat(300));
  });
});

describe('the scopes', () => {
  it.each([
    ['all that was asked for', 'repo,read:org'],
    ['more', 'repo,read:org,gist'],
    ['one that covers another', 'repo,admin:org'],
    ['with spaces', 'repo read:org'],
  ])('that were granted may be %s', async (_what, scope) => {
    plays({ access_token: 'gho_1', scope });

    expect((await authorise()).outcome).toBe('connected');
  });

  it.each([
    ['one', 'repo', 'read:org'],
    ['none at all', '', 'repo read:org'],
  ])('that were granted may not lack %s', async (_what, scope, missing) => {
    plays({ access_token: 'gho_1', scope });

    expect(await authorise()).toMatchObject({ code: 'OAUTH_SCOPE_MISSING', scopes: missing });
    const revoked = counterpart.requests.filter(({ method }) => method === 'DELETE');
    expect(revoked.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      [`/applications/${OPERATOR.id}/token`, { access_token: 'gho_1' }],
    ]);
  });

  it('are those of last time when somebody authorises again', async () => {
    plays({ access_token: 'gho_1', scope: 'repo,user' });
    await authorise(id, { scopes: ['repo', 'user'] });
    const address = new URL(await new Browser(testApp, admin).initiate(id));

    expect(address.searchParams.get('scope')).toBe('repo user');
  });
});

it('an error that comes with status 200 is one', async () => {
  plays({ error: 'bad_verification_code', error_description: 'evil words' });

  expect(await authorise()).toMatchObject({ outcome: 'failed', code: 'OAUTH_EXCHANGE_FAILED' });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser, CALLBACK_URL, outcomeOf, PUBLIC_URL } from './support/connect-stage.js';
import { CLIENT, SlackStage } from './support/slack.js';
import { round } from './support/watch.js';

const HOUR_MS = 3_600_000;
const OWN = { client_id: '3333333333.4444444444', client_secret: 'a-client-secret-of-ours' };
const OWN_SECRET = 'fedcba9876543210fedcba9876543210';
let stage: SlackStage;
let made = 0;

beforeAll(async () => {
  stage = await SlackStage.start({ environment: { PUBLIC_URL } });
});

afterAll(() => stage.close());

beforeEach(async () => {
  stage.reset();
  await stage.testApp.sql('DELETE FROM connected_accounts');
});

async function create(credentials: object = {}, account = stage.admin): Promise<string> {
  const { body } = await stage.testApp
    .as(account)
    .post('/integrations', {
      integration_type_id: 'slack',
      name: `Slack ${(made += 1)}`,
      config: {},
      credentials: { credential_type: 'oauth2', ...credentials },
    })
    .expect(201);
  return body.data.integration.id;
}

/** A person allows what is asked, in Slack. */
async function connect(id: string, account = stage.admin): Promise<URL> {
  const browser = new Browser(stage.testApp, account);
  const at = new URL(await browser.initiate(id));
  const callback = new URL(at.searchParams.get('redirect_uri')!);
  callback.searchParams.set('code', 'a-code');
  callback.searchParams.set('state', at.searchParams.get('state')!);
  return browser.land(callback);
}

async function connected(credentials: object = {}, account = stage.admin): Promise<string> {
  const id = await create(credentials, account);
  expect(outcomeOf(await connect(id, account))).toMatchObject({ outcome: 'connected' });
  await round(stage.testApp.app);
  return id;
}

/** Sessions end too: the admin signs in again. */
async function later(ms: number): Promise<void> {
  stage.testApp.clock.advance(ms);
  const { email, password } = stage.admin;
  const { body } = await stage.testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
  stage.admin.accessToken = body.data.tokens.access_token;
}

const channels = (id: string) => stage.testApp.as(stage.admin).get(`/integrations/${id}/slack/channels`);

const status = async (id: string, account = stage.admin): Promise<string> =>
  (await stage.testApp.as(account).get(`/integrations/${id}`).expect(200)).body.data.integration.status;

const workspace = async (id: string) =>
  (await stage.testApp.as(stage.admin).get(`/integrations/${id}/slack`).expect(200)).body.data.slack;

const uninstalled = (eventId: string, envelope: object = {}) => ({
  type: 'event_callback',
  event_id: eventId,
  team_id: 'T0AAAAAAA',
  api_app_id: 'A0APP',
  event: { type: 'app_uninstalled' },
  ...envelope,
});

describe('a workspace that is connected by OAuth', () => {
  it('is asked for as Slack’s documentation says', async () => {
    const id = await create();
    const at = new URL(await new Browser(stage.testApp, stage.admin).initiate(id));

    expect(at.origin + at.pathname).toBe('https://slack.com/oauth/v2/authorize');
    expect(Object.fromEntries(at.searchParams)).toMatchObject({
      client_id: CLIENT.id,
      redirect_uri: CALLBACK_URL,
      scope: 'chat:write,chat:write.public,channels:read,groups:read',
    });
  });

  it('is known by its name, and its channels are listed', async () => {
    const id = await connected();

    const { body: exchange } = stage.calls('oauth.v2.access')[0]!;
    expect(Object.fromEntries(new URLSearchParams(exchange))).toMatchObject({
      grant_type: 'authorization_code',
      code: 'a-code',
      redirect_uri: CALLBACK_URL,
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
    });
    expect(await workspace(id)).toEqual({
      workspace: { id: 'T0AAAAAAA', name: 'Acme', organization_wide: false, removed_at: null },
      events_url: `${PUBLIC_URL}/api/v1/slack/events`,
      events_ready: true,
    });
    expect((await channels(id).expect(200)).body.data.channels).toHaveLength(3);
    expect(stage.calls('conversations.list')[0]!.headers.authorization).toBe(`Bearer ${stage.lastToken}`);
  });

  it('is known by its organisation where the app is installed in all of it', async () => {
    stage.enterprise = { id: 'E0ACME', name: 'Acme Corporation' };
    stage.orgWide = true;
    const id = await connected();

    expect((await workspace(id)).workspace).toMatchObject({ id: 'E0ACME', organization_wide: true });
    expect((await channels(id).expect(200)).body.data.channels).toHaveLength(6);
    await stage.send(uninstalled('EvOrg', { team_id: null, enterprise_id: 'E0ACME' })).expect(200);
    stage.removeApp();
    await stage.workOff();
    expect(await status(id)).toBe('needs_reauth');
  });

  it('has its token refreshed once when it has ended, for any number who look', async () => {
    const id = await connected();
    await later(13 * HOUR_MS);
    stage.endToken();

    const answers = await Promise.all(Array.from({ length: 12 }, () => channels(id)));

    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(stage.grants).toBe(2);
    expect(stage.calls('conversations.list').at(-1)!.headers.authorization).toBe(`Bearer ${stage.lastToken}`);
  });

  it('has its token refreshed once when Slack says before its end that it has ended', async () => {
    const id = await connected();
    stage.endToken();

    const answers = await Promise.all(Array.from({ length: 12 }, () => channels(id)));

    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(stage.grants).toBe(2);
  });

  it('whose tokens never end is used with the one there is', async () => {
    stage.lifetimeSeconds = null;
    const id = await connected();
    await later(5 * 24 * HOUR_MS);
    expect((await channels(id).expect(200)).body.data.channels).toHaveLength(3);
    expect(stage.grants).toBe(1);
  });

  it('that takes back its tokens must be authorised again, and says so', async () => {
    const id = await connected();
    stage.removeApp('token_revoked');

    const { body } = await channels(id).expect(409);

    expect(body.error.code).toBe('REAUTHORIZATION_REQUIRED');
    expect(await status(id)).toBe('needs_reauth');
    expect((await channels(id).expect(409)).body.error.code).toBe('REAUTHORIZATION_REQUIRED');
  });
});

describe('events of the installation’s app', () => {
  it('find every integration of the workspace, in every organisation', async () => {
    const id = await connected();
    const twin = await connected();
    const stranger = await stage.testApp.account();
    const theirs = await connected({}, stranger);
    stage.team = { id: 'T0BBBBBBB', name: 'Another' };
    const another = await connected();
    stage.removeApp();

    await stage.send(uninstalled('EvTwins')).expect(200);
    await stage.workOff();

    expect([await status(id), await status(twin), await status(another)]).toEqual([
      'needs_reauth',
      'needs_reauth',
      'active',
    ]);
    expect(await status(theirs, stranger)).toBe('needs_reauth');
    const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${id}`).expect(200);
    expect(body.data.integration).toMatchObject({
      error_message: 'The app was removed from the workspace',
      hint: 'Authorise it again.',
    });
    // Nobody knocks with a refresh token that went with the app.
    expect(stage.grants).toBe(4);
  });

  it('do not end a connection whose token has merely ended', async () => {
    const id = await connected();
    stage.endToken();
    await stage.send(uninstalled('EvLate')).expect(200);
    await stage.workOff();
    expect([await status(id), stage.grants]).toEqual(['active', 2]);
  });

  it('are not those of a client that somebody brought', async () => {
    const id = await connected({ ...OWN, signing_secret: OWN_SECRET });
    stage.removeApp();

    expect((await stage.send(uninstalled('EvForeign')).expect(200)).body.data.accepted).toBe(false);
    await stage.workOff();
    expect(await status(id)).toBe('active');

    const { events_url: url, events_ready: ready } = await workspace(id);
    expect(ready).toBe(true);
    const app = new URL(url).searchParams.get('app')!;
    await stage.send(uninstalled('EvOwn'), { app, secret: OWN_SECRET }).expect(200);
    await stage.workOff();
    expect(await status(id)).toBe('needs_reauth');

    expect(outcomeOf(await connect(id))).toMatchObject({ outcome: 'connected' });
    expect(await workspace(id)).toMatchObject({ events_url: url, events_ready: true });
  });

  it.each([
    ['before the first consent', create],
    ['after it', connected],
  ])(
    'are still proven by the signing secret when only the client secret is entered anew, %s',
    async (_, make) => {
      const id = await make({ ...OWN, signing_secret: OWN_SECRET });
      const entered = { ...OWN, client_secret: 'another-client-secret-of-ours' };
      await stage.testApp
        .as(stage.admin)
        .patch(`/integrations/${id}/credentials`, { credential_type: 'oauth2', ...entered })
        .expect(200);

      expect(await workspace(id)).toMatchObject({ events_ready: true });
    },
  );

  it('are sent to an address that is known before anybody has consented', async () => {
    expect(await workspace(await create())).toEqual({
      workspace: null,
      events_url: `${PUBLIC_URL}/api/v1/slack/events`,
      events_ready: true,
    });
    expect(await workspace(await create(OWN))).toEqual({
      workspace: null,
      events_url: expect.stringContaining('/api/v1/slack/events?app='),
      events_ready: false,
    });
  });
});

describe('connecting again', () => {
  it('keeps the mapped channels', async () => {
    const id = await connected();
    const repository = await stage.repository();
    const path = `/repositories/${repository}/slack-channels/C00000002`;
    await stage.testApp.as(stage.admin).put(path, { integration_id: id }).expect(200);
    stage.removeApp();
    await stage.send(uninstalled('EvGone')).expect(200);
    await stage.workOff();
    expect((await workspace(id)).workspace.removed_at).not.toBeNull();

    expect(outcomeOf(await connect(id))).toMatchObject({ outcome: 'connected' });
    await round(stage.testApp.app);

    expect(await status(id)).toBe('active');
    expect((await workspace(id)).workspace.removed_at).toBeNull();
    expect(await stage.testApp.sql('SELECT problem FROM repository_slack_channels')).toEqual([
      { problem: null },
    ]);
  });

  it('to another workspace marks the channels of the one before', async () => {
    const id = await connected();
    const repository = await stage.repository();
    const path = `/repositories/${repository}/slack-channels/C00000002`;
    await stage.testApp.as(stage.admin).put(path, { integration_id: id }).expect(200);

    stage.team = { id: 'T0BBBBBBB', name: 'Another' };
    await connect(id);

    expect((await workspace(id)).workspace).toMatchObject({ id: 'T0BBBBBBB', name: 'Another' });
    const problems = await stage.testApp.sql(
      'SELECT problem FROM repository_slack_channels WHERE integration_id = $1',
      [id],
    );
    expect(problems).toEqual([{ problem: 'unreachable' }]);
    await stage.testApp.as(stage.admin).put(path, { integration_id: id }).expect(200);
  });
});

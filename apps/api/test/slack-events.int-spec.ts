import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { event, SIGNING_SECRET, SlackStage } from './support/slack.js';
import type { Account } from './support/test-app.js';

const OWN_SECRET = '0123456789abcdef0123456789abcdef';
let stage: SlackStage;
let id: string;
let app: string;

beforeAll(async () => {
  stage = await SlackStage.start();
});

afterAll(() => stage.close());

async function appOf(integration: string, account: Account = stage.admin): Promise<string> {
  const { body } = await stage.testApp.as(account).get(`/integrations/${integration}/slack`).expect(200);
  return new URL(body.data.slack.events_url).searchParams.get('app')!;
}

beforeEach(async () => {
  stage.reset();
  await stage.testApp.sql('DELETE FROM inbound_deliveries');
  await stage.testApp.sql('DELETE FROM connected_accounts');
  id = await stage.withBotToken(stage.admin, { signing_secret: OWN_SECRET });
  app = await appOf(id);
  stage.counterpart.requests.length = 0;
});

const own = (body: object | string, options: object = {}) =>
  stage.send(body, { secret: OWN_SECRET, app, ...options });

const deliveries = () =>
  stage.testApp.sql<{ event: string; details: object; processed_at: Date | null; error: string | null }>(
    'SELECT event, details, processed_at, error FROM inbound_deliveries ORDER BY delivery_id',
  );

const row = async (integration = id) =>
  (
    await stage.testApp.sql<{ status: string; error_message: string; error_hint: string }>(
      'SELECT status, error_message, error_hint FROM integrations WHERE id = $1',
      [integration],
    )
  )[0]!;

describe('a signature', () => {
  it('that fits lets the challenge of a new address be answered, as text', async () => {
    const { text, headers } = await own({
      type: 'url_verification',
      token: 'x',
      challenge: '3eZbrw1aB',
    }).expect(200);
    expect([text, headers['content-type']]).toEqual(['3eZbrw1aB', 'text/plain; charset=utf-8']);
  });

  it.each([
    ['of another secret', { secret: SIGNING_SECRET }],
    ['of another address', { app: undefined }],
    ['for an app that is none', { app: 'AAAAAAAAAAAAAAAAAAAAAA.0192d0f0-0000-7000-8000-000000000000' }],
    ['for an address that is none', { app: '../../etc' }],
    ['missing', { headers: { 'x-slack-signature': '' } }],
    ['of a version that is none', { headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } }],
    ['without a time', { headers: { 'x-slack-request-timestamp': '' } }],
    ['with a time that is none', { headers: { 'x-slack-request-timestamp': 'now' } }],
  ])('%s is refused, and leaves nothing', async (_, options) => {
    const before = await stage.testApp.sql('SELECT count(*) FROM audit_logs');
    const { body } = await own(event('app_uninstalled'), options).expect(401);
    expect(body.error.code).toBe('UNAUTHENTICATED');
    await own({ type: 'url_verification', challenge: 'x' }, options).expect(401);
    expect(await deliveries()).toEqual([]);
    expect(await stage.testApp.sql('SELECT count(*) FROM audit_logs')).toEqual(before);
  });

  it.each([-301, 301])('made %i seconds from now is refused', async (offset) => {
    const seconds = Math.floor(stage.testApp.clock.now() / 1000) + offset;
    await own(event('app_uninstalled'), { seconds }).expect(401);
    expect(await deliveries()).toEqual([]);
  });

  it.each([-299, 299])('made %i seconds from now is taken', async (offset) => {
    const seconds = Math.floor(stage.testApp.clock.now() / 1000) + offset;
    await own(event('app_uninstalled'), { seconds }).expect(200);
  });

  it('does not fit a body of which one byte was changed', async () => {
    const body = JSON.stringify(event('app_uninstalled'));
    const request = own(body);
    await request.send(body.replace('T0AAAAAAA', 'T0AAAAAAB')).expect(401);
    expect(await deliveries()).toEqual([]);
  });

  it('is over the bytes as they came, whatever their form', async () => {
    const body = JSON.stringify(event('app_uninstalled', { note: 'Grüße 👋' }), null, 3);
    expect((await own(body).expect(200)).body.data).toEqual({ accepted: true });
  });

  it.each(['[]', '"text"', '{', ''])('that fits something that is no event is refused: %s', async (body) => {
    expect((await own(body)).status).toBe(400);
  });
});

describe('an event', () => {
  it('is taken in once, whatever Slack repeats', async () => {
    const body = event('app_uninstalled');
    expect((await own(body).expect(200)).body.data).toEqual({ accepted: true });
    const again = { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } };
    expect((await own(body, again).expect(200)).body.data).toEqual({ accepted: false });
    const answers = await Promise.all(Array.from({ length: 10 }, () => own(body)));
    expect(answers.map(({ body: { data } }) => data.accepted)).not.toContain(true);
    expect(await deliveries()).toHaveLength(1);
  });

  it.each([
    ['of another workspace', event('app_uninstalled', {}, { team_id: 'T0OTHER' })],
    ['that nobody asked for', event('message', { text: 'a private message' })],
    [
      'that only people’s tokens were revoked',
      event('tokens_revoked', { tokens: { oauth: ['U1'], bot: [] } }),
    ],
    ['without an id', event('app_uninstalled', {}, { event_id: undefined })],
    ['about a channel that is none', event('channel_archive', { channel: 'D1; DROP' })],
    ['that we are limited', { type: 'app_rate_limited', team_id: 'T0AAAAAAA' }],
  ])('%s leaves nothing', async (_, body) => {
    expect((await own(body).expect(200)).body.data).toEqual({ accepted: false });
    expect(await deliveries()).toEqual([]);
  });

  it('keeps of its body what the work needs', async () => {
    await own(event('app_uninstalled', { secret: 'MARKED' }, { enterprise_id: 'E0ACME' })).expect(200);
    expect(await deliveries()).toMatchObject([
      {
        event: 'app_uninstalled',
        details: { app_key: id, accounts: ['T0AAAAAAA', 'E0ACME'], channel_id: null },
      },
    ]);
    expect(JSON.stringify(await stage.testApp.sql('SELECT * FROM inbound_deliveries'))).not.toContain(
      'MARKED',
    );
  });

  it('of one’s own app concerns one’s own organisation alone', async () => {
    const other = await stage.testApp.account();
    const theirs = await stage.withBotToken(other, { signing_secret: OWN_SECRET });
    stage.tokens.clear();
    await own(event('app_uninstalled')).expect(200);
    await stage.workOff();
    expect([(await row()).status, (await row(theirs)).status]).toEqual(['needs_reauth', 'active']);
  });
});

describe('an app that was removed', () => {
  it.each([
    ['app_uninstalled', {}],
    ['tokens_revoked', { tokens: { oauth: ['U1'], bot: ['U0BOT'] } }],
  ])('by %s must be authorised again, and whoever is to know is told', async (type, more) => {
    await own(event(type, more)).expect(200);
    expect(stage.calls('auth.test')).toHaveLength(0);
    stage.tokens.clear();
    stage.refusal = 'account_inactive';

    await stage.workOff();

    expect(await row()).toEqual({
      status: 'needs_reauth',
      error_message: 'The app was removed from the workspace',
      error_hint: 'Install the app in the workspace again and enter the new bot token.',
    });
    expect(
      await stage.testApp.sql('SELECT state FROM integration_credentials WHERE integration_id = $1', [id]),
    ).toEqual([{ state: 'revoked' }]);
    const incidents = await stage.testApp.sql('SELECT message FROM incidents WHERE integration_id = $1', [
      id,
    ]);
    expect(incidents).toEqual([{ message: 'The app was removed from the workspace' }]);
    const actions = await stage.testApp.sql<{ action: string; actor_kind: string }>(
      `SELECT action FROM audit_logs WHERE resource_id = $1 AND action = 'integration.app_removed'`,
      [id],
    );
    expect(actions).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ processed_at: expect.any(Date), error: null });
    const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${id}/slack`).expect(200);
    expect(body.data.slack.workspace.removed_at).not.toBeNull();
  });

  it('is told of twice, and broken once', async () => {
    stage.tokens.clear();
    await own(event('app_uninstalled')).expect(200);
    await own(event('tokens_revoked', { tokens: { bot: ['U0BOT'] } })).expect(200);
    await stage.workOff();
    expect(await stage.testApp.sql('SELECT 1 FROM incidents WHERE integration_id = $1', [id])).toHaveLength(
      1,
    );
    expect((await deliveries()).every(({ processed_at: at }) => at !== null)).toBe(true);
  });

  it('is not taken for removed while Slack takes the token: the event was late', async () => {
    await own(event('app_uninstalled')).expect(200);
    await stage.workOff();
    expect((await row()).status).toBe('active');
    expect(stage.calls('auth.test')).toHaveLength(1);
  });

  it('is asked about again when Slack cannot be asked', async () => {
    await own(event('app_uninstalled')).expect(200);
    stage.instead.set('auth.test', { status: 503, text: 'SECRET-TEXT' });
    await expect(stage.workOff()).rejects.toThrow('fault of its own');
    expect((await row()).status).toBe('active');
    const [delivery] = await deliveries();
    expect([delivery!.processed_at, delivery!.error]).toEqual([null, expect.not.stringContaining('SECRET')]);

    stage.instead.clear();
    stage.tokens.clear();
    await stage.workOff();
    expect((await row()).status).toBe('needs_reauth');
  });

  it('that is disabled is left so', async () => {
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/disable`).expect(200);
    stage.tokens.clear();
    await own(event('app_uninstalled')).expect(200);
    await stage.workOff();
    expect((await row()).status).toBe('disabled');
  });

  it('works again with a new token, and its workspace is no longer marked', async () => {
    stage.tokens.clear();
    await own(event('app_uninstalled')).expect(200);
    await stage.workOff();
    stage.tokens.set('xoxb-2', ['channels:read']);
    await stage.testApp
      .as(stage.admin)
      .patch(`/integrations/${id}/credentials`, {
        credential_type: 'api_token',
        bot_token: 'xoxb-2',
        signing_secret: OWN_SECRET,
      })
      .expect(200);
    expect((await row()).status).toBe('active');
    const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${id}/slack`).expect(200);
    expect(body.data.slack.workspace).toMatchObject({ id: 'T0AAAAAAA', removed_at: null });
  });
});

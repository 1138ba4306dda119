import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './support/counterpart.js';
import { event, SlackStage } from './support/slack.js';

const SECRET = '0123456789abcdef0123456789abcdef';
let stage: SlackStage;
let id: string;
let app: string;

beforeAll(async () => {
  stage = await SlackStage.start();
});

afterAll(() => stage.close());

beforeEach(async () => {
  stage.reset();
  await stage.testApp.sql('DELETE FROM inbound_deliveries');
  id = await stage.withBotToken(stage.admin, { signing_secret: SECRET });
  const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${id}/slack`).expect(200);
  app = new URL(body.data.slack.events_url).searchParams.get('app')!;
});

const own = (body: object) => stage.send(body, { secret: SECRET, app });

describe('a channel that changed', () => {
  const mapping = async () =>
    (
      await stage.testApp.sql<{ channel_name: string; problem: string | null }>(
        'SELECT channel_name, problem FROM repository_slack_channels WHERE integration_id = $1',
        [id],
      )
    )[0];

  beforeEach(async () => {
    const repository = await stage.repository();
    await stage.testApp
      .as(stage.admin)
      .put(`/repositories/${repository}/slack-channels/C00000002`, { integration_id: id })
      .expect(200);
  });

  it.each([
    ['channel_rename', { channel: { id: 'C00000002', name: 'a lie', created: 1 } }],
    ['group_rename', { channel: { id: 'C00000002' } }],
    ['channel_unarchive', { channel: 'C00000002' }],
  ])('by %s is known by its name of now', async (type, more) => {
    stage.channels[1]!.name = 'releases';
    await own(event(type, more)).expect(200);
    await stage.workOff();
    expect(await mapping()).toEqual({ channel_name: 'releases', problem: null });
  });

  it('by being archived, deleted and restored is marked and unmarked', async () => {
    stage.channels[1]!.is_archived = true;
    await own(event('channel_archive', { channel: 'C00000002' })).expect(200);
    await stage.workOff();
    expect(await mapping()).toEqual({ channel_name: 'deployments', problem: 'archived' });

    const [gone] = stage.channels.splice(1, 1);
    await own(event('channel_deleted', { channel: 'C00000002' })).expect(200);
    await stage.workOff();
    expect(await mapping()).toEqual({ channel_name: 'deployments', problem: 'unreachable' });

    stage.channels.push({ ...gone!, is_archived: false });
    await own(event('channel_unarchive', { channel: 'C00000002' })).expect(200);
    await stage.workOff();
    expect(await mapping()).toEqual({ channel_name: 'deployments', problem: null });
  });

  it('and is mapped nowhere is not asked about', async () => {
    stage.counterpart.requests.length = 0;
    await own(event('channel_rename', { channel: { id: 'C00000003' } })).expect(200);
    await stage.workOff();
    expect(stage.calls('conversations.info')).toHaveLength(0);
  });

  it.each(['<html>Sign in</html>', '', 'null', '[]', '{"ok":false}'])(
    'is asked about again when what comes back is no answer of Slack: %j',
    async (text) => {
      stage.instead.set('conversations.info', { text });
      stage.channels[1]!.is_archived = true;
      await own(event('channel_archive', { channel: 'C00000002' })).expect(200);
      await expect(stage.workOff()).rejects.toMatchObject({ code: 'UPSTREAM_ERROR' });
      stage.instead.clear();
      await stage.workOff();
      expect(await mapping()).toEqual({ channel_name: 'deployments', problem: 'archived' });
    },
  );

  it('and that Slack does not speak of to this token is left as it was', async () => {
    stage.instead.set('conversations.info', { json: { ok: false, error: 'missing_scope' } });
    await own(event('channel_rename', { channel: { id: 'C00000002' } })).expect(200);
    await stage.workOff();
    expect(await mapping()).toEqual({ channel_name: 'deployments', problem: null });
  });

  it('is asked about again when Slack has a fault', async () => {
    stage.channels[1]!.name = 'releases';
    await own(event('channel_rename', { channel: { id: 'C00000002' } })).expect(200);
    stage.instead.set('conversations.info', { status: 500, text: '' });
    await expect(stage.workOff()).rejects.toThrow('fault of its own');
    stage.instead.clear();
    await stage.workOff();
    expect(await mapping()).toEqual({ channel_name: 'releases', problem: null });
  });
});

const statusOf = async (): Promise<string> =>
  (await stage.testApp.as(stage.admin).get(`/integrations/${id}`).expect(200)).body.data.integration.status;

describe('with a queue that works', () => {
  it('an event is worked on by itself', async () => {
    await own(event('app_uninstalled')).expect(200);
    stage.tokens.clear();
    const worker = await stage.testApp.launch({ LATCHKEY_ROLE: 'worker' });
    try {
      await eventually(async () => (await statusOf()) === 'needs_reauth', 'that it must be authorised again');
    } finally {
      await worker.close();
    }
  });
});

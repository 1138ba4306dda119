import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelsNamed, SlackStage } from './support/slack.js';
import type { Account } from './support/test-app.js';

let stage: SlackStage;
let slack: string;
let repository: string;

beforeAll(async () => {
  stage = await SlackStage.start();
});

afterAll(() => stage.close());

beforeEach(async () => {
  stage.reset();
  slack = await stage.withBotToken();
  repository = await stage.repository();
});

const path = (channel: string, id = repository): string => `/repositories/${id}/slack-channels/${channel}`;

const map = (channel: string, body: object = {}, account: Account = stage.admin, id = repository) =>
  stage.testApp.as(account).put(path(channel, id), { integration_id: slack, ...body });

const unmap = (channel: string, account: Account = stage.admin) =>
  stage.testApp.as(account).delete(path(channel));

const rows = () =>
  stage.testApp.sql<{ channel_id: string; channel_name: string; mapped_at: Date }>(
    'SELECT * FROM repository_slack_channels WHERE repository_id = $1 ORDER BY channel_id',
    [repository],
  );

const audited = async (action: string) =>
  stage.testApp.sql<{ metadata: Record<string, unknown>; resource_id: string }>(
    'SELECT metadata, resource_id FROM audit_logs WHERE action = $1 AND resource_id = $2 ORDER BY sequence',
    [action, repository],
  );

describe('a channel of a repository', () => {
  it('is mapped under the name that Slack gives it, and told everything by default', async () => {
    const { body } = await map('C00000002').expect(200);

    expect(body.data.slack_channel).toEqual({
      channel_id: 'C00000002',
      channel_name: 'deployments',
      integration_id: slack,
      settings: {
        events: ['push', 'pull_request', 'release', 'deployment', 'issue'],
        branch: null,
        muted: false,
      },
      problem: null,
      mapped_at: expect.any(String),
    });
    const { body: asked } = stage.calls('conversations.info')[0]!;
    expect(new URLSearchParams(asked).get('channel')).toBe('C00000002');
    expect(await audited('repository.slack_channel_mapped')).toEqual([
      {
        resource_id: repository,
        metadata: {
          channel_id: 'C00000002',
          channel: 'deployments',
          repository: 'acme/web',
          integration_id: slack,
          settings: body.data.slack_channel.settings,
        },
      },
    ]);
  });

  it('is shown with the repository', async () => {
    await map('C00000002', { settings: { events: ['release'], branch: 'main', muted: true } }).expect(200);
    const [{ integration_id: github }] = (await stage.testApp.sql(
      'SELECT integration_id FROM repositories WHERE id = $1',
      [repository],
    )) as [{ integration_id: string }];

    const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${github}/repositories`);

    expect(body.data.repositories[0].slack_channels).toMatchObject([
      {
        channel_id: 'C00000002',
        channel_name: 'deployments',
        settings: { events: ['release'], branch: 'main', muted: true },
        problem: null,
      },
    ]);
  });

  it('is mapped again without being there twice; its settings change without asking Slack', async () => {
    const first = (await map('C00000002').expect(200)).body.data.slack_channel;
    stage.instead.set('conversations.info', { status: 503, text: '' });

    const settings = { events: ['issue', 'push'], branch: 'release/2.x', muted: true };
    const second = (await map('C00000002', { settings }).expect(200)).body.data.slack_channel;
    const third = (await map('C00000002').expect(200)).body.data.slack_channel;

    expect(second).toEqual({ ...first, settings: { ...settings, events: ['push', 'issue'] } });
    expect(third).toEqual(second);
    expect(await rows()).toHaveLength(1);
  });

  it('can be mapped by many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => map('C00000002', { settings: { muted: index % 2 === 0 } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(await rows()).toHaveLength(1);
  });

  it('is one of twenty at most, even when they come at once', async () => {
    stage.channels = channelsNamed(...Array.from({ length: 24 }, (_, index) => `channel-${index}`));

    const answers = await Promise.all(stage.channels.map(({ id }) => map(id)));

    const refused = answers.filter(({ status }) => status === 409);
    expect([refused.length, (await rows()).length]).toEqual([4, 20]);
    expect(refused[0]!.body.error.message).toContain('20 channels');
    await map((await rows())[0]!.channel_id, { settings: { muted: true } }).expect(200);
  });

  it('is taken off, once', async () => {
    await map('C00000002').expect(200);
    const { body } = await unmap('C00000002').expect(200);
    expect(body.data.slack_channel).toMatchObject({ channel_id: 'C00000002', channel_name: 'deployments' });
    await unmap('C00000002').expect(404);
    expect(await rows()).toEqual([]);
    expect(await audited('repository.slack_channel_unmapped')).toHaveLength(1);
  });

  it('goes with the Slack integration', async () => {
    await map('C00000002').expect(200);
    await stage.testApp.as(stage.admin).delete(`/integrations/${slack}`).expect(200);
    expect(await rows()).toEqual([]);
  });
});

describe('what cannot be mapped', () => {
  it.each([['C0NOTTHERE'], ['c00000002'], ['D00000001'], ['C0%00'], ['..%2F..'], ['x'.repeat(200)]])(
    'is a channel that is not there: %s',
    async (channel) => {
      expect((await map(channel)).status).toBe(404);
      expect(await rows()).toEqual([]);
    },
  );

  it('is an archived one', async () => {
    stage.channels[1]!.is_archived = true;
    const { body } = await map('C00000002').expect(409);
    expect(body.error.message).toBe('#deployments is archived. Unarchive it in Slack first.');
  });

  it('is one of an integration that is no Slack', async () => {
    const { body } = await stage.testApp.as(stage.admin).post('/integrations', {
      integration_type_id: 'netlify',
      name: 'Netlify',
      config: {},
      credentials: { credential_type: 'api_token', access_token: 'x' },
    });
    const refused = await map('C00000002', { integration_id: body.data.integration.id }).expect(400);
    expect(refused.body.error.details).toEqual({ integration_id: ['is not a Slack integration'] });
  });

  it.each([
    [{ settings: { events: ['everything'] } }, 'settings.events'],
    [{ settings: { branch: 'a b' } }, 'settings.branch'],
    [{ settings: { branch: '../x' } }, 'settings.branch'],
    [{ settings: { branch: '' } }, 'settings.branch'],
    [{ settings: { muted: 'yes' } }, 'settings.muted'],
    [{ settings: { unknown: 1 } }, 'settings.unknown'],
    [{ settings: [] }, 'settings'],
    [{ settings: null }, 'settings'],
    [{ integration_id: 'x' }, 'integration_id'],
    [{ channel: 'C1' }, 'channel'],
  ])('is a wrong form: %j', async (body, field) => {
    const refused = await map('C00000002', body).expect(400);
    expect(Object.keys(refused.body.error.details)).toContain(field);
    expect(stage.calls('conversations.info')).toHaveLength(0);
  });

  it('is told what is wrong with the connection', async () => {
    stage.tokens.clear();
    stage.refusal = 'token_revoked';
    const { body } = await map('C00000002').expect(422);
    expect(body.error).toMatchObject({ code: 'CONNECTION_FAILED', details: { kind: 'auth' } });
  });
});

describe('who may map', () => {
  it.each([
    ['team_lead', 200],
    ['developer', 200],
    ['viewer', 403],
  ])('a %s: %i', async (role, status) => {
    const member = await stage.testApp.member(stage.admin.organizationId, role);
    expect((await map('C00000002', {}, member)).status).toBe(status);
    expect((await unmap('C00000002', member)).status).toBe(status);
  });

  it('nobody of another organisation, on either side', async () => {
    const stranger = await stage.testApp.account();
    await map('C00000002', {}, stranger).expect(404);
    const theirs = await stage.repository(stranger);
    expect((await map('C00000002', {}, stranger, theirs)).body.error).toMatchObject({ code: 'NOT_FOUND' });
    await map('C00000002').expect(200);
    await unmap('C00000002', stranger).expect(404);
    expect(await rows()).toHaveLength(1);
  });

  it('nobody who does not see the Slack integration, which belongs to a team', async () => {
    const [team] = await stage.testApp.sql<{ id: string }>(
      `INSERT INTO teams (organization_id, id, name) VALUES ($1, gen_random_uuid(), 'Ops') RETURNING id`,
      [stage.admin.organizationId],
    );
    await stage.testApp
      .as(stage.admin)
      .patch(`/integrations/${slack}`, { team_ids: [team!.id] })
      .expect(200);
    const developer = await stage.testApp.member(stage.admin.organizationId, 'developer');
    await map('C00000002', {}, developer).expect(404);
    await map('C00000002').expect(200);
  });
});

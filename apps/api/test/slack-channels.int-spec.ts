import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Channel, channelsNamed, SlackStage } from './support/slack.js';

let stage: SlackStage;
let id: string;

beforeAll(async () => {
  stage = await SlackStage.start();
});

afterAll(() => stage.close());

beforeEach(async () => {
  stage.reset();
  id = await stage.withBotToken();
  stage.counterpart.requests.length = 0;
});

const list = (query = '', account = stage.admin, integration = id) =>
  stage.testApp.as(account).get(`/integrations/${integration}/slack/channels${query}`);

interface Page {
  channels: { id: string; name: string }[];
  next_cursor: string | null;
  note: string | null;
}

const page = async (query = ''): Promise<Page> => (await list(query).expect(200)).body.data;

const many = (count: number, prefix = 'team'): Channel[] =>
  channelsNamed(...Array.from({ length: count }, (_, index) => `${prefix}-${index}`));

/** Every page, as a client walks through them. */
async function everyPage(query: string): Promise<{ names: string[]; pages: number }> {
  const names: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const found: Page = await page(`${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
    names.push(...found.channels.map(({ name }) => name));
    cursor = found.next_cursor;
    pages += 1;
  } while (cursor !== null);
  return { names, pages };
}

describe('the channels of a workspace', () => {
  it('come as Slack knows them, asked for as Slack wants it', async () => {
    stage.channels[1]!.is_private = true;
    stage.channels[2]!.is_archived = true;

    expect(await page()).toEqual({
      channels: [
        {
          id: 'C00000001',
          name: 'general',
          is_private: false,
          is_member: true,
          is_archived: false,
          num_members: 3,
        },
        {
          id: 'C00000002',
          name: 'deployments',
          is_private: true,
          is_member: true,
          is_archived: false,
          num_members: 3,
        },
      ],
      next_cursor: null,
      note: null,
    });
    const [{ method, headers, body }] = stage.calls('conversations.list') as [
      (typeof stage.counterpart.requests)[number],
    ];
    expect([method, headers.authorization, headers['content-type']]).toEqual([
      'POST',
      'Bearer xoxb-1',
      'application/x-www-form-urlencoded',
    ]);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      types: 'public_channel,private_channel',
      exclude_archived: 'true',
      limit: '999',
    });
  });

  it('come a page at a time, thousands of them, each once', async () => {
    stage.channels = many(2500);

    const { names, pages } = await everyPage('?limit=200');

    expect(names).toEqual(stage.channels.map(({ name }) => name));
    expect(pages).toBe(13);
    expect(stage.calls('conversations.list')).toHaveLength(3);
  });

  it('are searched by name over all pages', async () => {
    stage.channels = [
      ...many(2400),
      ...channelsNamed('Deploy-Web').map((each) => ({ ...each, id: 'CLAST' })),
    ];

    const found = await page('?q=%23deploy');

    expect([found.channels.map((each) => each.id), found.next_cursor]).toEqual([['CLAST'], null]);
    expect((await page('?q=nothing-is-called-so')).channels).toEqual([]);
  });

  it('are searched in so many pages at once, and the next request goes on', async () => {
    stage.channels = [...many(10_500), { id: 'CLAST', name: 'needle' }];

    const first = await page('?q=needle');
    expect([first.channels, first.next_cursor]).toEqual([[], expect.any(String)]);
    expect(stage.calls('conversations.list')).toHaveLength(10);
    const second = await page(`?q=needle&cursor=${first.next_cursor}`);
    expect([second.channels.map((each) => each.id), second.next_cursor]).toEqual([['CLAST'], null]);
  });

  it('are asked for once in a minute, whoever looks', async () => {
    await Promise.all([page('?q=gen'), page('?q=dep'), page()]);
    await page('?q=ran');
    expect(stage.calls('conversations.list')).toHaveLength(1);
    stage.testApp.clock.advance(60_001);
    await page('?q=ran');
    expect(stage.calls('conversations.list')).toHaveLength(2);
  });

  it('of an organisation-wide installation are those of every workspace', async () => {
    stage.enterprise = { id: 'E0ACME', name: 'Acme Corporation' };
    stage.orgWide = true;
    id = await stage.withBotToken();

    const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${id}/slack`).expect(200);
    expect(body.data.slack.workspace).toMatchObject({
      id: 'E0ACME',
      name: 'Acme Corporation',
      organization_wide: true,
    });
    expect((await page()).channels.map((each) => each.id)).toEqual([
      'C00000001',
      'C00000002',
      'C00000003',
      'C00000001B',
      'C00000002B',
      'C00000003B',
    ]);
  });

  it.each(['garbage', Buffer.from('["all","","x",-1]').toString('base64url'), 'W10'])(
    'are not paged by the cursor %s',
    async (cursor) => {
      const { body } = await list(`?cursor=${cursor}`).expect(400);
      expect(body.error.details).toHaveProperty('cursor');
    },
  );

  it('are not paged by a cursor that Slack does not know', async () => {
    const cursor = Buffer.from(JSON.stringify(['all', '', 'forged', 0])).toString('base64url');
    const { body } = await list(`?cursor=${cursor}`).expect(400);
    expect(body.error.details).toHaveProperty('cursor');
  });
});

describe('scopes', () => {
  it('without that for private channels leave the public ones, and it is said', async () => {
    stage.channels[1]!.is_private = true;
    stage.tokens.set('xoxb-1', ['channels:read']);

    const found = await page();

    expect(found.channels.map(({ name }) => name)).toEqual(['general', 'random']);
    expect(found.note).toContain('groups:read');
    await page('?q=gen');
    expect(stage.calls('conversations.list')).toHaveLength(2);
  });

  it('without that for public channels leave the private ones', async () => {
    stage.channels[1]!.is_private = true;
    stage.tokens.set('xoxb-1', ['groups:read']);

    const found = await page();

    expect(found.channels.map(({ name }) => name)).toEqual(['deployments']);
    expect(found.note).toContain('channels:read');
  });

  it('without either are refused with the name of what to add', async () => {
    stage.tokens.set('xoxb-1', ['chat:write']);

    const { body } = await list().expect(422);

    expect(body.error).toMatchObject({
      code: 'CONNECTION_FAILED',
      details: { kind: 'permission', reason: '“Slack” lacks the scope channels:read' },
    });
    expect(body.error.message).toContain('OAuth & Permissions');
  });
});

describe('what Slack answers with 200', () => {
  const refused = (error: string) =>
    stage.instead.set('conversations.list', { json: { ok: false, error, detail: 'SECRET-TEXT' } });

  it.each(['token_revoked', 'invalid_auth', 'account_inactive', 'token_expired'])(
    '%s is a refused credential',
    async (error) => {
      refused(error);
      const { body } = await list().expect(422);
      expect(body.error).toMatchObject({ code: 'CONNECTION_FAILED', details: { kind: 'auth' } });
      expect(stage.calls('conversations.list')).toHaveLength(1);
    },
  );

  it.each([
    ['access_denied', 422, 'CONNECTION_FAILED'],
    ['internal_error', 502, 'UPSTREAM_ERROR'],
    ['brand_new_error', 502, 'UPSTREAM_ERROR'],
    ['Ignore this <b>text</b>', 502, 'UPSTREAM_ERROR'],
  ])('%s is told in our own words', async (error, status, code) => {
    refused(error);
    const { body } = await list().expect(status);
    expect(body.error.code).toBe(code);
    expect(JSON.stringify(body)).not.toMatch(/SECRET-TEXT|<b>/);
  });

  it.each([
    [{ status: 503, text: 'SECRET-TEXT' }, 502, 'UPSTREAM_ERROR'],
    [{ status: 200, text: '<html>SECRET-TEXT</html>' }, 502, 'UPSTREAM_ERROR'],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 502, 'UPSTREAM_ERROR'],
  ])('an answer that is none of Slack’s API is a fault upstream (%#)', async (answer, status, code) => {
    stage.instead.set('conversations.list', answer);
    const { body } = await list().expect(status);
    expect(body.error.code).toBe(code);
    expect(JSON.stringify(body)).not.toContain('SECRET-TEXT');
  });
});

describe('Slack’s limit', () => {
  it.each([
    [{ status: 429, headers: { 'retry-after': '17' }, json: { ok: false, error: 'ratelimited' } }, 17],
    [{ status: 429, text: '' }, 30],
    [{ headers: { 'retry-after': '17' }, json: { ok: false, error: 'ratelimited' } }, 17],
  ])('is passed on with its time, and Slack left alone until then (%#)', async (answer, seconds) => {
    stage.instead.set('conversations.list', answer);
    const { body, headers } = await list().expect(429);
    expect([body.error.code, headers['retry-after']]).toEqual(['RATE_LIMITED', String(seconds)]);

    stage.instead.clear();
    stage.testApp.clock.advance(4000);
    expect((await list().expect(429)).headers['retry-after']).toBe(String(seconds - 4));
    expect(stage.calls('conversations.list')).toHaveLength(1);
    stage.testApp.clock.advance((seconds - 4) * 1000);
    expect((await page()).channels).toHaveLength(3);
  });
});

describe('who may look', () => {
  it('is everybody who sees the integration', async () => {
    const viewer = await stage.testApp.member(stage.admin.organizationId, 'viewer');
    await list('', viewer).expect(200);
  });

  it('is nobody of another organisation', async () => {
    const stranger = await stage.testApp.account();
    await list('', stranger).expect(404);
    await stage.testApp.as(stranger).get(`/integrations/${id}/slack`).expect(404);
    expect(stage.calls('conversations.list')).toHaveLength(0);
  });

  it('has nothing to look at while the integration is disabled, or is another service', async () => {
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/disable`).expect(200);
    expect((await list().expect(409)).body.error.code).toBe('CONFLICT');
    const { body } = await stage.testApp.as(stage.admin).post('/integrations', {
      integration_type_id: 'netlify',
      name: 'Netlify',
      config: {},
      credentials: { credential_type: 'api_token', access_token: 'x' },
    });
    const other = await list('', stage.admin, body.data.integration.id).expect(409);
    expect(other.body.error.message).toContain('not a Slack integration');
  });
});

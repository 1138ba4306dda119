import { createHmac, randomBytes } from 'node:crypto';
import type supertest from 'supertest';
import { InboundDeliveries } from '../../src/inbound/inbound-deliveries.js';
import { type Answer, Counterpart, type Received } from './counterpart.js';
import { type Account, TestApp, type TestAppOptions } from './test-app.js';

export const CLIENT = { id: '1111111111.2222222222', secret: 'a-client-secret-of-the-installation' };
export const SIGNING_SECRET = 'e6b19c573432dcc6b075501d51b51bb8';

const ALL_SCOPES = ['chat:write', 'chat:write.public', 'channels:read', 'groups:read'];

export interface Channel {
  id: string;
  name: string;
  is_private?: boolean;
  is_archived?: boolean;
}

export const channelsNamed = (...names: string[]): Channel[] =>
  names.map((name, index) => ({ id: `C${String(index + 1).padStart(8, '0')}`, name }));

let sent = 0;

/** An event of the Events API, with an id of its own. */
export const event = (type: string, more: object = {}, envelope: object = {}) => ({
  token: 'legacy-verification-token',
  team_id: 'T0AAAAAAA',
  api_app_id: 'A0APP',
  event: { type, ...more },
  type: 'event_callback',
  event_id: `Ev${(sent += 1).toString().padStart(8, '0')}`,
  event_time: 1_700_000_000,
  ...envelope,
});

/** Plays slack.com for one workspace: forms in, JSON out, 200 for nearly everything. */
export class SlackStage {
  team = { id: 'T0AAAAAAA', name: 'Acme' };
  enterprise: { id: string; name: string } | null = null;
  orgWide = false;
  channels: Channel[] = channelsNamed('general', 'deployments', 'random');
  /** Bot tokens that are taken, and what they allow. */
  tokens = new Map<string, string[]>([['xoxb-1', ALL_SCOPES]]);
  /** What is said of a token that is not taken. */
  refusal = 'invalid_auth';
  /** How many calls of `oauth.v2.access` brought tokens. */
  grants = 0;
  /** The access token that was issued last. */
  lastToken = '';
  private serial = 0;
  private readonly refreshTokens = new Set<string>();
  lifetimeSeconds: number | null = 43_200;
  scopes = ALL_SCOPES;
  /** Answers these methods so instead. */
  readonly instead = new Map<string, Answer>();

  private constructor(
    readonly counterpart: Counterpart,
    readonly testApp: TestApp,
    readonly admin: Account,
  ) {}

  static async start({ environment, ...options }: TestAppOptions = {}): Promise<SlackStage> {
    const counterpart = await Counterpart.start();
    const testApp = await TestApp.start({
      ...options,
      environment: {
        EGRESS_HOST_MAP: counterpart.mapping('slack.com'),
        SLACK_OAUTH_CLIENT_ID: CLIENT.id,
        SLACK_OAUTH_CLIENT_SECRET: CLIENT.secret,
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        ...environment,
      },
    });
    const stage = new SlackStage(counterpart, testApp, await testApp.account());
    stage.reset();
    return stage;
  }

  reset(): void {
    this.instead.clear();
    this.team = { id: 'T0AAAAAAA', name: 'Acme' };
    this.enterprise = null;
    this.orgWide = false;
    this.channels = channelsNamed('general', 'deployments', 'random');
    this.tokens = new Map([['xoxb-1', ALL_SCOPES]]);
    this.refusal = 'invalid_auth';
    this.grants = 0;
    this.refreshTokens.clear();
    this.lifetimeSeconds = 43_200;
    this.scopes = ALL_SCOPES;
    this.counterpart.answers({ '*': (request) => this.answer(request) });
  }

  /** The workspace takes back what it gave: the app was removed. */
  removeApp(refusal = 'account_inactive'): void {
    this.tokens.clear();
    this.refreshTokens.clear();
    this.refusal = refusal;
  }

  /** The token that was issued last has ended before its time. */
  endToken(): void {
    this.tokens.delete(this.lastToken);
    this.refusal = 'token_expired';
  }

  /** Calls of one method of the Web API. */
  calls(method: string): Received[] {
    return this.counterpart.requests.filter(({ path }) => path === `/api/${method}`);
  }

  /** A tested integration with a pasted token. */
  async withBotToken(account = this.admin, credentials: object = {}, name = 'Slack'): Promise<string> {
    const { body } = await this.testApp
      .as(account)
      .post('/integrations', {
        integration_type_id: 'slack',
        name,
        config: {},
        credentials: { credential_type: 'api_token', bot_token: 'xoxb-1', ...credentials },
        test: true,
      })
      .expect(201);
    return body.data.integration.id;
  }

  /** A repository as the sync leaves it, of an integration of its own. */
  async repository(account = this.admin): Promise<string> {
    const { body } = await this.testApp
      .as(account)
      .post('/integrations', {
        integration_type_id: 'github',
        name: `GitHub ${randomBytes(3).toString('hex')}`,
        config: {},
        credentials: { credential_type: 'api_token', access_token: 'ghp_1' },
      })
      .expect(201);
    const [row] = await this.testApp.sql<{ id: string }>(
      `INSERT INTO repositories (organization_id, id, integration_id, github_id, full_name, visibility, html_url,
         synced_at, created_at)
       VALUES ($1, gen_random_uuid(), $2, 1, 'acme/web', 'private', 'https://github.com/acme/web', now(), now())
       RETURNING id`,
      [account.organizationId, body.data.integration.id],
    );
    return row!.id;
  }

  /** An event as Slack sends it: signed now unless told otherwise. */
  send(
    body: object | string,
    {
      secret = SIGNING_SECRET,
      seconds = Math.floor(this.testApp.clock.now() / 1000),
      app,
      headers = {},
    }: { secret?: string; seconds?: number; app?: string; headers?: Record<string, string> } = {},
  ): supertest.Test {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    const signature = createHmac('sha256', secret).update(`v0:${seconds}:${raw}`).digest('hex');
    return this.testApp.http
      .post(`/api/v1/slack/events${app === undefined ? '' : `?app=${app}`}`)
      .set({
        'content-type': 'application/json',
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': `v0=${signature}`,
        ...headers,
      })
      .send(raw);
  }

  /** Works on what was taken in and is not done, as the queue does. */
  async workOff(): Promise<void> {
    const waiting = await this.testApp.sql<{
      organization_id: string;
      source: 'slack';
      delivery_id: string;
    }>(
      `SELECT organization_id, source, delivery_id FROM inbound_deliveries
       WHERE source = 'slack' AND processed_at IS NULL ORDER BY received_at`,
    );
    const deliveries = this.testApp.app.get(InboundDeliveries, { strict: false });
    for (const job of waiting) await deliveries.process(job, new AbortController().signal);
  }

  async close(): Promise<void> {
    await this.testApp.close();
    await this.counterpart.close();
  }

  private answer({ path, headers, body }: Received): Answer {
    const method = path.replace('/api/', '');
    const instead = this.instead.get(method);
    if (instead) return instead;
    const form = new URLSearchParams(body);
    if (method === 'oauth.v2.access') return { json: this.access(form) };
    const scopes = this.tokens.get(headers.authorization?.replace('Bearer ', '') ?? '');
    if (!scopes) return { json: { ok: false, error: this.refusal } };
    switch (method) {
      case 'auth.test':
        return { json: this.identity() };
      case 'auth.revoke':
        return { json: { ok: true, revoked: true } };
      case 'auth.teams.list':
        return {
          json: {
            ok: true,
            teams: [
              { id: 'T0AAAAAAA', name: 'A' },
              { id: 'T0BBBBBBB', name: 'B' },
            ],
          },
        };
      case 'conversations.list':
        return { json: this.list(form, scopes) };
      case 'conversations.info':
        return { json: this.info(form) };
      default:
        return { json: { ok: false, error: 'unknown_method' } };
    }
  }

  private identity() {
    return {
      ok: true,
      url: 'https://acme.slack.com/',
      team: this.orgWide ? this.enterprise!.name : this.team.name,
      user: 'latchkey',
      team_id: this.orgWide ? this.enterprise!.id : this.team.id,
      user_id: 'U0BOT',
      bot_id: 'B0BOT',
      ...(this.enterprise && { enterprise_id: this.enterprise.id }),
      is_enterprise_install: this.orgWide,
    };
  }

  private list(form: URLSearchParams, scopes: string[]) {
    const limit = Number(form.get('limit'));
    if (!(limit > 0 && limit < 1000)) return { ok: false, error: 'invalid_limit' };
    if (this.orgWide && !form.get('team_id')) return { ok: false, error: 'missing_argument' };
    const types = (form.get('types') ?? 'public_channel').split(',');
    const needed = [
      ...(types.includes('public_channel') ? ['channels:read'] : []),
      ...(types.includes('private_channel') ? ['groups:read'] : []),
    ];
    if (!needed.every((scope) => scopes.includes(scope)))
      return { ok: false, error: 'missing_scope', needed: needed.join(','), provided: scopes.join(',') };
    const cursor = form.get('cursor') ?? '';
    const start = cursor === '' ? 0 : Number(/^dGVhbTp(\d+)=$/.exec(cursor)?.[1] ?? Number.NaN);
    if (Number.isNaN(start)) return { ok: false, error: 'invalid_cursor' };
    const kind = (channel: Channel): string => (channel.is_private ? 'private_channel' : 'public_channel');
    const all = this.channels.filter((each) => types.includes(kind(each)) && !each.is_archived);
    const end = start + limit;
    return {
      ok: true,
      channels: all.slice(start, end).map((each) => this.shown(each, form.get('team_id'))),
      response_metadata: { next_cursor: end < all.length ? `dGVhbTp${end}=` : '' },
    };
  }

  private shown({ id, name, is_private = false, is_archived = false }: Channel, team: string | null) {
    const own = team === 'T0BBBBBBB' ? `${id}B` : id;
    return { id: own, name, is_channel: true, is_private, is_archived, is_member: true, num_members: 3 };
  }

  private info(form: URLSearchParams) {
    const channel = this.channels.find(({ id }) => id === form.get('channel'));
    return channel
      ? { ok: true, channel: this.shown(channel, null) }
      : { ok: false, error: 'channel_not_found' };
  }

  /** https://docs.slack.dev/authentication/using-token-rotation: each refresh token is good for one refresh. */
  private access(form: URLSearchParams) {
    const refresh = form.get('refresh_token');
    if (form.get('grant_type') === 'refresh_token' && !this.refreshTokens.delete(refresh!))
      return { ok: false, error: 'invalid_refresh_token' };
    this.grants += 1;
    this.serial += 1;
    const token = `xoxe.xoxb-1-${this.serial}`;
    this.refreshTokens.add(`xoxe-1-${this.serial}`);
    this.lastToken = token;
    this.tokens.set(token, this.scopes);
    const team = this.orgWide ? null : this.team;
    return {
      ok: true,
      access_token: token,
      token_type: 'bot',
      scope: this.scopes.join(','),
      bot_user_id: 'U0BOT',
      app_id: 'A0APP',
      team,
      enterprise: this.enterprise,
      is_enterprise_install: this.orgWide,
      authed_user: { id: 'U0PERSON' },
      ...(this.lifetimeSeconds && {
        expires_in: this.lifetimeSeconds,
        refresh_token: `xoxe-1-${this.serial}`,
      }),
    };
  }
}

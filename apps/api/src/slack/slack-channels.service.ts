import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { ConnectedAccounts } from '../inbound/connected-accounts.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import type { LiveConnection } from '../integrations/credentials/live-connections.js';
import {
  type ChannelKinds,
  type ChannelPosition,
  decodePosition,
  encodePosition,
  notACursor,
} from './channel-cursor.js';
import { SlackApi } from './slack-api.js';
import type { SlackChannelDto, SlackChannelsQuery } from './slack.dto.js';
import { type ListedChannel, toChannel } from './slack-channel.js';
import { requireSlack } from './slack-integrations.js';
import { SlackFailure } from './slack-failure.js';

interface Page {
  channels: SlackChannelDto[];
  /** Slack's cursor of the next page; empty at the end. */
  next: string;
}

interface Kept {
  until: number;
  answer: Promise<unknown>;
}

/** `limit` has to be under 1000: https://docs.slack.dev/reference/methods/conversations.list */
const SLACK_PAGE = 999;
/** Slack allows this method about twenty calls a minute. */
const MOST_CALLS = 10;
const KEPT_MS = 60_000;
const KEPT_PAGES = 500;
/** A thousand workspaces. */
const TEAMS_PAGE = 200;
const MOST_TEAM_PAGES = 5;

const TYPES: Record<ChannelKinds, string> = {
  all: 'public_channel,private_channel',
  public: 'public_channel',
  private: 'private_channel',
};
const NOTES: Record<ChannelKinds, string | null> = {
  all: null,
  public: 'Private channels are not listed: the connection lacks the scope groups:read.',
  private: 'Public channels are not listed: the connection lacks the scope channels:read.',
};

/** Without the scope for one kind of channels, the other kind. @throws what it was given when there is none */
function narrowed({ kinds }: ChannelPosition, error: unknown): ChannelKinds {
  if (!(error instanceof SlackFailure) || error.code !== 'missing_scope' || kinds !== 'all') throw error;
  const { provided } = error;
  if (provided?.includes('groups:read') && !provided.includes('channels:read')) return 'private';
  return 'public';
}

/** The channels of a workspace, page by page. Names are searched here: Slack has no search for bots. */
@Injectable()
export class SlackChannelsService {
  private readonly kept = new LRUCache<string, Kept>({ max: KEPT_PAGES });
  private readonly allowed = new LRUCache<string, { kinds: ChannelKinds; until: number }>({
    max: KEPT_PAGES,
  });

  constructor(
    private readonly reader: IntegrationReader,
    private readonly accounts: ConnectedAccounts,
    private readonly slack: SlackApi,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError NOT_FOUND, CONFLICT, REAUTHORIZATION_REQUIRED, CONNECTION_FAILED, RATE_LIMITED, UPSTREAM_ERROR */
  async list(
    actor: Actor,
    id: string,
    { q, cursor, limit }: SlackChannelsQuery,
  ): Promise<{ channels: SlackChannelDto[]; next_cursor: string | null; note: string | null }> {
    const { organization_id: organizationId } = await requireSlack(this.reader, actor, id);
    const connection = await this.slack.open(organizationId, id);
    try {
      const start = cursor === undefined ? undefined : decodePosition(cursor);
      return await this.collect(connection, wordOf(q), start, limit);
    } catch (error) {
      if (error instanceof SlackFailure && error.code === 'invalid_cursor') throw notACursor();
      throw this.slack.explain(connection, error);
    }
  }

  private async collect(
    connection: LiveConnection,
    word: string,
    start: ChannelPosition | undefined,
    limit: number,
  ) {
    const teams = await this.teamsOf(connection);
    const found: SlackChannelDto[] = [];
    let position: ChannelPosition | null = start ?? {
      kinds: 'all',
      team: teams[0] ?? '',
      cursor: '',
      index: 0,
    };
    let { kinds } = position;
    for (let calls = 0; position && calls < MOST_CALLS && found.length < limit; calls += 1) {
      const at: ChannelPosition = position;
      let page: Page;
      try {
        page = await this.allowedPage(connection, at);
      } catch (error) {
        // What was found so far is worth having; the next page tells how long to wait.
        if (found.length > 0 && error instanceof SlackFailure && error.code === 'ratelimited') break;
        throw error;
      }
      kinds = at.kinds;
      while (at.index < page.channels.length && found.length < limit) {
        const channel = page.channels[at.index]!;
        if (channel.name.toLowerCase().includes(word)) found.push(channel);
        at.index += 1;
      }
      position = at.index < page.channels.length ? at : following(at, page.next, teams);
    }
    return {
      channels: found,
      next_cursor: position && encodePosition(position),
      note: NOTES[kinds],
    };
  }

  /** The page of the kinds of channels that the scopes allow, which the position is changed to. */
  private async allowedPage(connection: LiveConnection, at: ChannelPosition): Promise<Page> {
    const place = `${connection.integrationId} ${connection.credentialVersion}`;
    const known = this.allowed.get(place);
    if (at.kinds === 'all' && known && known.until > this.clock.now()) at.kinds = known.kinds;
    try {
      return await this.page(connection, at);
    } catch (error) {
      at.kinds = narrowed(at, error);
      this.allowed.set(place, { kinds: at.kinds, until: this.clock.now() + KEPT_MS });
      return this.page(connection, at);
    }
  }

  /** An installation for a whole Enterprise organisation is asked for one workspace after the other. */
  private async teamsOf(connection: LiveConnection): Promise<string[]> {
    const { organizationId, integrationId } = connection;
    const account = await this.accounts.of(organizationId, integrationId);
    if (account?.details.organization_wide !== true) return [];
    return this.remembered(connection, ['teams'], async () => {
      const teams: string[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_TEAM_PAGES && cursor !== ''; page += 1) {
        const from = cursor;
        const answer = await this.slack.call(connection, (client) =>
          client.auth.teams.list({ limit: TEAMS_PAGE, ...(from !== undefined && { cursor: from }) }),
        );
        teams.push(...(answer.teams ?? []).flatMap(({ id }) => (id ? [id] : [])));
        cursor = answer.response_metadata?.next_cursor ?? '';
      }
      return teams;
    });
  }

  private page(connection: LiveConnection, { kinds, team, cursor }: ChannelPosition): Promise<Page> {
    return this.remembered(connection, [kinds, team, cursor], () =>
      this.fetch(connection, kinds, team, cursor),
    );
  }

  /** Kept for a minute: whoever types in a search field asks for the same pages again and again. */
  private remembered<T>(
    { integrationId, credentialVersion }: LiveConnection,
    question: string[],
    ask: () => Promise<T>,
  ): Promise<T> {
    const key = JSON.stringify([integrationId, credentialVersion, ...question]);
    const kept = this.kept.get(key);
    if (kept && kept.until > this.clock.now()) return kept.answer as Promise<T>;
    const answer = ask();
    this.kept.set(key, { until: this.clock.now() + KEPT_MS, answer });
    answer.catch(() => {
      if (this.kept.peek(key)?.answer === answer) this.kept.delete(key);
    });
    return answer;
  }

  private async fetch(
    connection: LiveConnection,
    kinds: ChannelKinds,
    team: string,
    cursor: string,
  ): Promise<Page> {
    const answer = await this.slack.call(connection, (client) =>
      client.conversations.list({
        types: TYPES[kinds],
        exclude_archived: true,
        limit: SLACK_PAGE,
        ...(team && { team_id: team }),
        ...(cursor && { cursor }),
      }),
    );
    return {
      channels: (answer.channels ?? []).flatMap((channel) => toChannel(channel as ListedChannel)),
      next: answer.response_metadata?.next_cursor ?? '',
    };
  }
}

/** What is searched for; people write the sign before the name. */
const wordOf = (q: string | undefined): string => (q ?? '').trim().replace(/^#/, '').toLowerCase();

function following({ kinds, team }: ChannelPosition, next: string, teams: string[]): ChannelPosition | null {
  if (next !== '') return { kinds, team, cursor: next, index: 0 };
  const after = teams.includes(team) ? teams[teams.indexOf(team) + 1] : undefined;
  return after !== undefined ? { kinds, team: after, cursor: '', index: 0 } : null;
}

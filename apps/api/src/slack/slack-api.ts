import { Injectable } from '@nestjs/common';
import type { Logger, WebClient } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import { Clock } from '../common/clock.js';
import { EgressClient } from '../egress/egress.client.js';
import { EgressError } from '../egress/egress.error.js';
import { egressFetch } from '../egress/egress-fetch.js';
import { type LiveConnection, LiveConnections } from '../integrations/credentials/live-connections.js';
import { type UsableCredential, UsableCredentials } from '../tokens/usable-credentials.js';
import { SlackFailure, explainSlack, scopesIn, UNREADABLE } from './slack-failure.js';

const API = 'https://slack.com/api/';
const TIMEOUT_MS = 10_000;
/** A thousand channels with their topics are more than a megabyte. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Where Slack says that it limits us and not for how long. */
const USUAL_WAIT_S = 30;
const LONGEST_WAIT_S = 3600;
const MOST_PAUSES = 10_000;
const SLACK_ONLY = new Set(['slack']);

const nothing = (): void => undefined;
/** The library would write what Slack says, and the names of channels, to the console. */
const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error',
  setName: nothing,
} as Logger;

type Ask<T> = (client: WebClient) => Promise<T>;

/** Limits are those of a token, method by method; one pause for all methods is on the safe side. */
const placeOf = ({ integrationId, credentialVersion }: LiveConnection): string =>
  `${integrationId} ${credentialVersion}`;

const waitOf = (seconds: unknown): number =>
  typeof seconds === 'number' && seconds > 0 ? Math.min(Math.ceil(seconds), LONGEST_WAIT_S) : USUAL_WAIT_S;

/** Calls to Slack's Web API with the token of an integration. */
@Injectable()
export class SlackApi {
  private readonly pauses = new LRUCache<string, number>({ max: MOST_PAUSES });

  constructor(
    private readonly connections: LiveConnections,
    private readonly credentials: UsableCredentials,
    private readonly egress: EgressClient,
    private readonly clock: Clock,
  ) {}

  /**
   * For work whose right was settled.
   * @throws AppError NOT_FOUND, also when it is no Slack integration; CONFLICT, REAUTHORIZATION_REQUIRED
   */
  async open(organizationId: string, integrationId: string): Promise<LiveConnection> {
    return this.connections.require(
      { organizationId, integrationIds: null, integrationTypeIds: SLACK_ONLY },
      integrationId,
    );
  }

  /**
   * Makes a call; a token that Slack does not take any more is renewed once, where it can be, and the call made again.
   * @param renews after which refusals that is done
   * @throws SlackFailure, EgressError, CredentialUnusableError
   */
  async call<T>(
    connection: LiveConnection,
    ask: Ask<T>,
    renews = (failure: SlackFailure): boolean => failure.tokenDead,
  ): Promise<T> {
    const left = ((this.pauses.get(placeOf(connection)) ?? 0) - this.clock.now()) / 1000;
    if (left > 0) throw new SlackFailure('ratelimited', { retryAfterSeconds: Math.ceil(left) });
    const usable = await this.credentials.get(connection);
    try {
      return await this.attempt(connection, usable, ask);
    } catch (error) {
      if (!(error instanceof SlackFailure) || !renews(error) || !usable.renewable) throw error;
      const renewed = await this.credentials.renew(connection, usable);
      if (renewed === usable) throw error;
      return this.attempt(connection, renewed, ask);
    }
  }

  /** Why a call failed, for a person. */
  explain({ name, way }: LiveConnection, error: unknown): unknown {
    return explainSlack(error, name, way.credential_type === 'oauth2');
  }

  private async attempt<T>(
    connection: LiveConnection,
    { fields }: UsableCredential,
    ask: Ask<T>,
  ): Promise<T> {
    // Loaded by the first call to Slack.
    const slack = await import('@slack/web-api');
    const token = fields.access_token ?? fields.bot_token;
    const client = new slack.WebClient(String(token), {
      slackApiUrl: API,
      allowAbsoluteUrls: false,
      logger: SILENT,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: egressFetch(this.egress, { timeoutMs: TIMEOUT_MS, maxResponseBytes: MOST_BYTES }),
    });
    try {
      return await ask(client);
    } catch (error) {
      const failure = failureOf(slack, error);
      if (failure instanceof SlackFailure && failure.code === 'ratelimited')
        this.pauses.set(placeOf(connection), this.clock.now() + waitOf(failure.retryAfterSeconds) * 1000);
      throw failure;
    }
  }
}

/** What the library throws, without what Slack wrote. */
function failureOf(slack: typeof import('@slack/web-api'), error: unknown): unknown {
  if (error instanceof slack.WebAPIRateLimitedError) return rateLimited(error.retryAfter);
  if (error instanceof slack.WebAPIPlatformError) {
    const {
      error: given,
      needed,
      provided,
      response_metadata: more,
    } = error.data as typeof error.data & {
      needed?: unknown;
      provided?: unknown;
    };
    // In place of a code the library gives whatever came.
    const code = typeof given === 'string' && /^[a-z0-9_]{1,60}$/.test(given) ? given : UNREADABLE;
    if (['ratelimited', 'rate_limited', 'accesslimited'].includes(code)) return rateLimited(more?.retryAfter);
    return new SlackFailure(code, { needed: scopesIn(needed), provided: scopesIn(provided) });
  }
  if (error instanceof slack.WebAPIHTTPError) return new SlackFailure(`http_${error.statusCode}`);
  if (error instanceof slack.WebAPIRequestError)
    return error.original instanceof EgressError ? error.original : new SlackFailure(UNREADABLE);
  // What is JSON and no object trips the library.
  if (error instanceof TypeError) return new SlackFailure(UNREADABLE);
  // 429 without a time is a plain error there.
  if (error instanceof Error && error.message.startsWith('Retry header')) return rateLimited(undefined);
  return error;
}

const rateLimited = (seconds: unknown): SlackFailure =>
  new SlackFailure('ratelimited', { retryAfterSeconds: waitOf(seconds) });

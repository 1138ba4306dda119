import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import type { RepositorySlackChannelDto } from '../github-app/repositories/repository.dto.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import type { LiveConnection } from '../integrations/credentials/live-connections.js';
import type { SlackChannelDto } from './slack.dto.js';
import { SlackApi } from './slack-api.js';
import { type ListedChannel, toChannel } from './slack-channel.js';
import { SlackFailure } from './slack-failure.js';
import { SLACK } from './slack-integrations.js';

/** Answers for a channel that is not there, or not for this bot. */
const ABSENT = new Set(['channel_not_found', 'method_not_supported_for_channel_type']);

/** Single channels, as Slack knows them at this moment. */
@Injectable()
export class ChannelDirectory {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly slack: SlackApi,
  ) {}

  /**
   * The name of a channel that something is to be told in. Slack is not asked again about one that is mapped and well, so
   * that its settings can be changed while Slack is away.
   * @throws AppError NOT_FOUND for an integration or a channel that is not there; VALIDATION_FAILED for one of another
   *   type; CONFLICT when the channel is archived; what a call to Slack fails with
   */
  async nameOf(
    actor: Actor,
    integrationId: string,
    channelId: string,
    mapped: RepositorySlackChannelDto | undefined,
  ): Promise<string> {
    const row = await this.reader.require(actor, integrationId);
    if (row.integration_type_id !== SLACK)
      throw AppError.invalid({ integration_id: ['is not a Slack integration'] });
    if (mapped && mapped.problem === null && mapped.integration_id === integrationId)
      return mapped.channel_name;
    const connection = await this.slack.open(row.organization_id, integrationId);
    const channel = await this.find(connection, channelId).catch((error: unknown) => {
      throw this.slack.explain(connection, error);
    });
    if (!channel)
      throw new AppError(
        'NOT_FOUND',
        `“${row.name}” sees no such channel. If it is private, invite the bot to it first.`,
      );
    if (channel.is_archived)
      throw new AppError('CONFLICT', `#${channel.name} is archived. Unarchive it in Slack first.`);
    return channel.name;
  }

  /** @returns null when it is not there. @throws what `SlackApi.call` throws */
  async find(connection: LiveConnection, channelId: string): Promise<SlackChannelDto | null> {
    try {
      const answer = await this.slack.call(connection, (client) =>
        client.conversations.info({ channel: channelId, include_num_members: true }),
      );
      return toChannel(answer.channel as ListedChannel | undefined)[0] ?? null;
    } catch (error) {
      if (error instanceof SlackFailure && ABSENT.has(error.code)) return null;
      throw error;
    }
  }
}

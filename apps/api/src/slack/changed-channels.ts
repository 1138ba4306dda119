import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { LiveConnection } from '../integrations/credentials/live-connections.js';
import { ChannelDirectory } from './channel-directory.js';
import { ChannelMappingsRepository } from './channel-mappings.repository.js';
import type { SlackChannelDto } from './slack.dto.js';
import { SlackApi } from './slack-api.js';
import { SlackFailure } from './slack-failure.js';

/** Keeps names and states of mapped channels as they are in Slack. */
@Injectable()
export class ChangedChannels {
  constructor(
    private readonly repository: ChannelMappingsRepository,
    private readonly directory: ChannelDirectory,
    private readonly slack: SlackApi,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError when Slack cannot be asked */
  async look(connection: LiveConnection, channelId: string): Promise<void> {
    const { organizationId, integrationId } = connection;
    if (!(await this.repository.isMapped(organizationId, integrationId, channelId))) return;
    const channel = await this.ask(connection, channelId);
    if (channel === undefined) return;
    const problem = channel === null ? 'unreachable' : channel.is_archived ? 'archived' : null;
    const now = { name: channel?.name ?? null, problem } as const;
    await this.repository.learn(organizationId, integrationId, channelId, now, this.clock.date());
  }

  /** @returns null when it is not there; undefined when Slack does not say, and will not when asked again */
  private async ask(
    connection: LiveConnection,
    channelId: string,
  ): Promise<SlackChannelDto | null | undefined> {
    try {
      return await this.directory.find(connection, channelId);
    } catch (error) {
      if (error instanceof SlackFailure && !error.transient) return undefined;
      throw this.slack.explain(connection, error);
    }
  }
}

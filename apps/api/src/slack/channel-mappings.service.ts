import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { RepositoriesService } from '../github-app/repositories/repositories.service.js';
import {
  REPOSITORY_EVENTS,
  type RepositorySlackChannelDto,
  type SlackChannelSettingsDto,
} from '../github-app/repositories/repository.dto.js';
import { ChannelDirectory } from './channel-directory.js';
import { ChannelMappingsRepository, type MappingKey } from './channel-mappings.repository.js';
import { isChannelId } from './slack-event.js';
import type { MapSlackChannelDto, SlackChannelSettingsInput } from './slack.dto.js';

const MOST_CHANNELS = 20;

const completed = ({ events, branch, muted }: SlackChannelSettingsInput): SlackChannelSettingsDto => ({
  events: REPOSITORY_EVENTS.filter((event) => events?.includes(event) ?? true),
  branch: branch ?? null,
  muted: muted ?? false,
});

/** Which channels a repository's events are told in. */
@Injectable()
export class ChannelMappings {
  constructor(
    private readonly repository: ChannelMappingsRepository,
    private readonly repositories: RepositoriesService,
    private readonly directory: ChannelDirectory,
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Maps it, or changes how it is mapped.
   * @throws AppError NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, CONFLICT when there are too many, and what a call to Slack
   *   fails with
   */
  async map(
    actor: Actor,
    repositoryId: string,
    channelId: string,
    { integration_id, settings }: MapSlackChannelDto,
  ): Promise<{ slack_channel: RepositorySlackChannelDto }> {
    const { organizationId, fullName } = await this.requireManaged(actor, repositoryId, channelId);
    const integrationId = integration_id.toLowerCase();
    const key = { repositoryId, channelId };
    const before = await this.repository.find(organizationId, key);
    const channelName = await this.directory.nameOf(actor, integrationId, channelId, before);
    const mapping = {
      ...key,
      integrationId,
      channelName,
      settings: settings ? completed(settings) : (before?.settings ?? completed({})),
      mappedBy: actor.userId,
    };
    const saved = await this.database.tenant(organizationId, async (manager) => {
      if (!(await this.repository.lockRepository(manager, organizationId, repositoryId)))
        throw AppError.notFound('repository');
      await this.makeSureOfRoom(manager, organizationId, key);
      const row = await this.repository.save(manager, organizationId, mapping, this.clock.date());
      await this.record(manager, actor, organizationId, 'repository.slack_channel_mapped', key, {
        repository: fullName,
        channel: channelName,
        integration_id: integrationId,
        settings: mapping.settings,
      });
      return row;
    });
    return { slack_channel: saved };
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN */
  async unmap(
    actor: Actor,
    repositoryId: string,
    channelId: string,
  ): Promise<{ slack_channel: RepositorySlackChannelDto }> {
    const { organizationId, fullName } = await this.requireManaged(actor, repositoryId, channelId);
    const key = { repositoryId, channelId };
    const removed = await this.database.tenant(organizationId, async (manager) => {
      const row = await this.repository.delete(manager, organizationId, key);
      if (!row) throw AppError.notFound('mapped channel');
      await this.record(manager, actor, organizationId, 'repository.slack_channel_unmapped', key, {
        repository: fullName,
        channel: row.channel_name,
        integration_id: row.integration_id,
      });
      return row;
    });
    return { slack_channel: removed };
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN */
  private requireManaged(actor: Actor, repositoryId: string, channelId: string) {
    if (!isChannelId(channelId)) throw AppError.notFound('channel');
    return this.repositories.requireManaged(actor, repositoryId);
  }

  private async makeSureOfRoom(
    manager: EntityManager,
    organizationId: string,
    key: MappingKey,
  ): Promise<void> {
    const others = await this.repository.countOthers(manager, organizationId, key);
    if (others < MOST_CHANNELS) return;
    throw new AppError(
      'CONFLICT',
      `A repository can be mapped to ${MOST_CHANNELS} channels at most. Remove one first.`,
    );
  }

  private record(
    manager: EntityManager,
    actor: Actor,
    organizationId: string,
    action: string,
    { repositoryId, channelId }: MappingKey,
    metadata: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(manager, organizationId, {
      actor,
      action,
      resourceType: 'repository',
      resourceId: repositoryId,
      outcome: 'success',
      metadata: { channel_id: channelId, ...metadata },
    });
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import type { RepositorySlackChannelDto } from '../github-app/repositories/repository.dto.js';

type ChannelProblem = RepositorySlackChannelDto['problem'];

export interface MappingKey {
  repositoryId: string;
  channelId: string;
}

export interface NewMapping extends MappingKey {
  integrationId: string;
  channelName: string;
  settings: RepositorySlackChannelDto['settings'];
  mappedBy: string;
}

const COLUMNS = 'channel_id, channel_name, integration_id, settings, problem, mapped_at';

/** Which Slack channels a repository's events are told in. */
@Injectable()
export class ChannelMappingsRepository {
  constructor(private readonly database: Database) {}

  find(
    organizationId: string,
    { repositoryId, channelId }: MappingKey,
  ): Promise<RepositorySlackChannelDto | undefined> {
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<RepositorySlackChannelDto[]>(
        `SELECT ${COLUMNS} FROM repository_slack_channels
         WHERE organization_id = $1 AND repository_id = $2 AND channel_id = $3`,
        [organizationId, repositoryId, channelId],
      );
      return rows[0];
    });
  }

  /** Keeps others from mapping channels to it until the transaction ends. @returns false when it is gone. */
  async lockRepository(
    manager: EntityManager,
    organizationId: string,
    repositoryId: string,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT 1 FROM repositories WHERE organization_id = $1 AND id = $2 FOR UPDATE',
      [organizationId, repositoryId],
    );
    return rows.length > 0;
  }

  /** How many other channels it is mapped to. */
  async countOthers(
    manager: EntityManager,
    organizationId: string,
    { repositoryId, channelId }: MappingKey,
  ): Promise<number> {
    const [row] = await manager.query<{ others: number }[]>(
      `SELECT count(*)::int AS others FROM repository_slack_channels
       WHERE organization_id = $1 AND repository_id = $2 AND channel_id <> $3`,
      [organizationId, repositoryId, channelId],
    );
    return row!.others;
  }

  async save(
    manager: EntityManager,
    organizationId: string,
    { repositoryId, channelId, integrationId, channelName, settings, mappedBy }: NewMapping,
    at: Date,
  ): Promise<RepositorySlackChannelDto> {
    const [row] = await manager.query<RepositorySlackChannelDto[]>(
      `INSERT INTO repository_slack_channels (organization_id, repository_id, channel_id, integration_id, channel_name,
         settings, mapped_by, mapped_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
       ON CONFLICT (organization_id, repository_id, channel_id) DO UPDATE SET
         integration_id = excluded.integration_id, channel_name = excluded.channel_name,
         settings = excluded.settings, problem = NULL, updated_at = excluded.updated_at
       RETURNING ${COLUMNS}`,
      [
        organizationId,
        repositoryId,
        channelId,
        integrationId,
        channelName,
        JSON.stringify(settings),
        mappedBy,
        at,
      ],
    );
    return row!;
  }

  async delete(
    manager: EntityManager,
    organizationId: string,
    { repositoryId, channelId }: MappingKey,
  ): Promise<RepositorySlackChannelDto | undefined> {
    const [rows] = await manager.query<[RepositorySlackChannelDto[], number]>(
      `DELETE FROM repository_slack_channels WHERE organization_id = $1 AND repository_id = $2 AND channel_id = $3
       RETURNING ${COLUMNS}`,
      [organizationId, repositoryId, channelId],
    );
    return rows[0];
  }

  async isMapped(organizationId: string, integrationId: string, channelId: string): Promise<boolean> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<unknown[]>(
        `SELECT 1 FROM repository_slack_channels
         WHERE organization_id = $1 AND integration_id = $2 AND channel_id = $3 LIMIT 1`,
        [organizationId, integrationId, channelId],
      ),
    );
    return rows.length > 0;
  }

  /** How a channel is now, wherever it is mapped. @param name null: not known any more */
  async learn(
    organizationId: string,
    integrationId: string,
    channelId: string,
    now: { name: string | null; problem: ChannelProblem },
    at: Date,
  ): Promise<void> {
    await this.database.tenant(organizationId, (manager) =>
      manager.query(
        `UPDATE repository_slack_channels SET channel_name = coalesce($4, channel_name), problem = $5, updated_at = $6
         WHERE organization_id = $1 AND integration_id = $2 AND channel_id = $3`,
        [organizationId, integrationId, channelId, now.name, now.problem, at],
      ),
    );
  }

  /** All that go through this integration. */
  async flagAll(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    problem: ChannelProblem,
  ): Promise<void> {
    await manager.query(
      `UPDATE repository_slack_channels SET problem = $3 WHERE organization_id = $1 AND integration_id = $2`,
      [organizationId, integrationId, problem],
    );
  }
}

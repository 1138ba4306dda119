import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../../common/new-id.js';
import { Database } from '../../database/database.js';
import type { ListedRepository } from '../github-answers.js';
import type { RepositoryDto } from './repository.dto.js';

export interface RepositoryFilter {
  q?: string;
  archived?: boolean;
  page: number;
  perPage: number;
}

export interface RepositoryRow {
  id: string;
  integrationId: string;
  fullName: string;
}

const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Times are the database's: what one replica wrote is compared with what another did. */
@Injectable()
export class RepositoriesRepository {
  constructor(private readonly database: Database) {}

  find(organizationId: string, id: string): Promise<RepositoryRow | undefined> {
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<RepositoryRow[]>(
        `SELECT id, integration_id AS "integrationId", full_name AS "fullName" FROM repositories
         WHERE organization_id = $1 AND id = $2`,
        [organizationId, id],
      );
      return rows[0];
    });
  }

  list(
    organizationId: string,
    integrationId: string,
    { q, archived, page, perPage }: RepositoryFilter,
  ): Promise<{ rows: RepositoryDto[]; total: number }> {
    const where = `r.organization_id = $1 AND r.integration_id = $2
      AND ($3::text IS NULL OR r.full_name ILIKE $3) AND ($4::boolean IS NULL OR r.archived = $4)`;
    const pattern = q?.trim() ? `%${escaped(q.trim())}%` : null;
    const parameters = [organizationId, integrationId, pattern, archived ?? null];
    return this.database.tenant(organizationId, async (manager) => {
      const [counted] = await manager.query<{ total: number }[]>(
        `SELECT count(*)::int AS total FROM repositories r WHERE ${where}`,
        parameters,
      );
      const rows = await manager.query<RepositoryDto[]>(
        `SELECT r.id, r.github_id::text AS github_id, r.full_name, r.default_branch, r.visibility, r.archived, r.html_url,
           r.removed_at, r.synced_at, r.settings,
           coalesce((SELECT jsonb_agg(jsonb_build_object('channel_id', c.channel_id, 'channel_name', c.channel_name,
               'integration_id', c.integration_id, 'settings', c.settings, 'problem', c.problem,
               'mapped_at', to_char(c.mapped_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
             ORDER BY c.channel_name, c.channel_id)
             FROM repository_slack_channels c
             WHERE c.organization_id = r.organization_id AND c.repository_id = r.id), '[]'::jsonb) AS slack_channels
         FROM repositories r WHERE ${where}
         ORDER BY r.full_name COLLATE "C", r.id LIMIT $5 OFFSET $6`,
        [...parameters, perPage, (page - 1) * perPage],
      );
      return { rows, total: counted!.total };
    });
  }

  /** By GitHub's number, so that one with another name stays the same row. */
  async upsert(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    repositories: ListedRepository[],
  ): Promise<{ added: number; changed: number }> {
    const [counts] = await manager.query<{ added: number; changed: number }[]>(
      `WITH given AS (
         SELECT * FROM unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[])
           AS g (id, github_id, full_name, default_branch, visibility, archived, html_url)
       ), before AS (
         SELECT r.removed_at IS NOT NULL
           OR (r.full_name, r.default_branch, r.visibility, r.archived, r.html_url)
             IS DISTINCT FROM (g.full_name, g.default_branch, g.visibility, g.archived, g.html_url) AS differs
         FROM repositories r JOIN given g ON g.github_id = r.github_id
         WHERE r.organization_id = $1 AND r.integration_id = $2
       ), written AS (
         INSERT INTO repositories (organization_id, id, integration_id, github_id, full_name, default_branch, visibility,
           archived, html_url, synced_at, created_at)
         SELECT $1, id, $2, github_id, full_name, default_branch, visibility, archived, html_url, now(), now() FROM given
         ON CONFLICT (organization_id, integration_id, github_id) DO UPDATE SET full_name = excluded.full_name,
           default_branch = excluded.default_branch, visibility = excluded.visibility, archived = excluded.archived,
           html_url = excluded.html_url, synced_at = excluded.synced_at, removed_at = NULL
       )
       SELECT ((SELECT count(*) FROM given) - (SELECT count(*) FROM before))::int AS added,
         (SELECT count(*) FROM before WHERE differs)::int AS changed`,
      [
        organizationId,
        integrationId,
        repositories.map(() => newId()),
        repositories.map(({ githubId }) => githubId),
        repositories.map(({ fullName }) => fullName),
        repositories.map(({ defaultBranch }) => defaultBranch),
        repositories.map(({ visibility }) => visibility),
        repositories.map(({ archived }) => archived),
        repositories.map(({ htmlUrl }) => htmlUrl),
      ],
    );
    return counts!;
  }

  /** Whether there are some that nobody has seen since then. */
  async hasUnseen(organizationId: string, integrationId: string, since: Date): Promise<boolean> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<unknown[]>(
        `SELECT 1 FROM repositories
         WHERE organization_id = $1 AND integration_id = $2 AND removed_at IS NULL AND synced_at < $3 LIMIT 1`,
        [organizationId, integrationId, since],
      ),
    );
    return rows.length > 0;
  }

  /** Those that nobody has seen since then are no longer reached. @returns how many */
  async removeUnseen(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    since: Date,
  ): Promise<number> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE repositories SET removed_at = now()
       WHERE organization_id = $1 AND integration_id = $2 AND removed_at IS NULL AND synced_at < $3`,
      [organizationId, integrationId, since],
    );
    return count;
  }

  /** @returns how many */
  async removeAll(manager: EntityManager, organizationId: string, integrationId: string): Promise<number> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE repositories SET removed_at = now()
       WHERE organization_id = $1 AND integration_id = $2 AND removed_at IS NULL`,
      [organizationId, integrationId],
    );
    return count;
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import type { HookState } from '../webhooks/hook-state.js';

/** An organisation's App as it is stored. */
export interface GitHubAppRow {
  organization_id: string;
  id: string;
  app_id: string;
  slug: string;
  name: string;
  client_id: string;
  owner_login: string | null;
  html_url: string;
  web_url: string;
  api_url: string;
  sealed: Buffer;
  key_version: number;
  hook: HookState;
}

export type NewGitHubAppRow = Omit<GitHubAppRow, 'hook'> & { created_by: string; at: Date };

const COLUMNS =
  'organization_id, id, app_id, slug, name, client_id, owner_login, html_url, web_url, api_url, sealed, key_version, hook';

@Injectable()
export class GitHubAppsRepository {
  constructor(private readonly database: Database) {}

  async find(organizationId: string, id: string): Promise<GitHubAppRow | undefined> {
    return (await this.select(organizationId, 'AND id = $2', [id]))[0];
  }

  list(organizationId: string): Promise<GitHubAppRow[]> {
    return this.select(organizationId, 'ORDER BY created_at, id', []);
  }

  /** It stays while the transaction lasts. @returns false when it is gone. */
  async hold(manager: EntityManager, organizationId: string, id: string, toDelete = false): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT 1 FROM github_apps WHERE organization_id = $1 AND id = $2 FOR ${toDelete ? 'UPDATE' : 'KEY SHARE'}`,
      [organizationId, id],
    );
    return rows.length > 0;
  }

  async insert(manager: EntityManager, organizationId: string, row: NewGitHubAppRow): Promise<void> {
    await manager.query(
      `INSERT INTO github_apps (organization_id, id, app_id, slug, name, client_id, owner_login, html_url, web_url, api_url,
         sealed, key_version, hook_check_at, created_by, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $14, $8, $9, $10, $11, $13, $12, $13, $13)`,
      [
        organizationId,
        row.id,
        row.app_id,
        row.slug,
        row.name,
        row.client_id,
        row.owner_login,
        row.web_url,
        row.api_url,
        row.sealed,
        row.key_version,
        row.created_by,
        row.at,
        row.html_url,
      ],
    );
  }

  async delete(manager: EntityManager, organizationId: string, id: string): Promise<void> {
    await manager.query('DELETE FROM github_apps WHERE organization_id = $1 AND id = $2', [
      organizationId,
      id,
    ]);
  }

  /** @returns false when the secrets were changed meanwhile. */
  async replaceSecrets(
    organizationId: string,
    id: string,
    before: Buffer,
    { sealed, keyVersion }: { sealed: Buffer; keyVersion: number },
    at: Date,
  ): Promise<boolean> {
    const [, count] = await this.database.tenant(organizationId, (manager) =>
      manager.query<[unknown[], number]>(
        `UPDATE github_apps SET sealed = $4, key_version = $5, updated_at = $6
         WHERE organization_id = $1 AND id = $2 AND sealed = $3`,
        [organizationId, id, before, sealed, keyVersion, at],
      ),
    );
    return count > 0;
  }

  private select(organizationId: string, rest: string, parameters: unknown[]): Promise<GitHubAppRow[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query<GitHubAppRow[]>(`SELECT ${COLUMNS} FROM github_apps WHERE organization_id = $1 ${rest}`, [
        organizationId,
        ...parameters,
      ]),
    );
  }
}

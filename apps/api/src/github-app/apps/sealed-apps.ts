import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import {
  type ResealedRow,
  type SealedName,
  type SealedRow,
  type SealedStore,
  SealedStores,
} from '../../vault/sealed-stores.js';

interface Row {
  id: string;
  sealed: Buffer;
  key_version: number;
}

/** What the secrets of an App are sealed for. */
export const APP_PURPOSE = 'github_app';
export const APP_TABLE = 'github_apps';

const toSealedRow = ({ id, sealed, key_version: keyVersion }: Row): SealedRow => ({
  id,
  purpose: APP_PURPOSE,
  sealed,
  keyVersion,
  previousSealed: null,
});

/** Secrets of Apps as the vault sees them while keys are rotated or verified. */
@Injectable()
export class SealedApps implements SealedStore, OnModuleInit {
  readonly table = APP_TABLE;

  constructor(
    private readonly database: Database,
    private readonly stores: SealedStores,
  ) {}

  onModuleInit(): void {
    this.stores.register(this);
  }

  async list(organizationId: string, after: string | null, limit: number): Promise<SealedRow[]> {
    const rows = await this.query<Row>(
      organizationId,
      `SELECT id, sealed, key_version FROM github_apps
       WHERE organization_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [after, limit],
    );
    return rows.map(toSealedRow);
  }

  async listStale(
    organizationId: string,
    version: number,
    after: string | null,
    limit: number,
  ): Promise<SealedRow[]> {
    const rows = await this.query<Row>(
      organizationId,
      `SELECT id, sealed, key_version FROM github_apps
       WHERE organization_id = $1 AND key_version <> $2 AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4`,
      [version, after, limit],
    );
    return rows.map(toSealedRow);
  }

  async countStale(organizationId: string, version: number): Promise<number> {
    const rows = await this.query<{ count: number }>(
      organizationId,
      'SELECT count(*)::int AS count FROM github_apps WHERE organization_id = $1 AND key_version <> $2',
      [version],
    );
    return rows[0]?.count ?? 0;
  }

  async replace(
    manager: EntityManager,
    organizationId: string,
    version: number,
    rows: ResealedRow[],
  ): Promise<number> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE github_apps a SET sealed = new.sealed, key_version = $2::integer
       FROM unnest($3::uuid[], $4::bytea[], $5::bytea[]) AS new (id, before, sealed)
       WHERE a.organization_id = $1 AND a.id = new.id AND a.sealed = new.before`,
      [
        organizationId,
        version,
        rows.map(({ id }) => id),
        rows.map(({ before }) => before),
        rows.map(({ sealed }) => sealed),
      ],
    );
    return count;
  }

  async lockUnchanged(
    manager: EntityManager,
    organizationId: string,
    rows: Pick<ResealedRow, 'id' | 'before'>[],
  ): Promise<Set<string>> {
    const found = await manager.query<{ id: string }[]>(
      `SELECT a.id FROM github_apps a
       JOIN unnest($2::uuid[], $3::bytea[]) AS read (id, before) ON a.id = read.id AND a.sealed = read.before
       WHERE a.organization_id = $1 FOR SHARE OF a`,
      [organizationId, rows.map(({ id }) => id), rows.map(({ before }) => before)],
    );
    return new Set(found.map(({ id }) => id));
  }

  async countByVersion(organizationId: string): Promise<Map<number, number>> {
    const rows = await this.query<{ version: number; count: number }>(
      organizationId,
      `SELECT key_version AS version, count(*)::int AS count FROM github_apps
       WHERE organization_id = $1 GROUP BY key_version`,
      [],
    );
    return new Map(rows.map(({ version, count }) => [version, count]));
  }

  namesOf(organizationId: string, ids: string[]): Promise<SealedName[]> {
    return this.query(
      organizationId,
      `SELECT id, name, NULL AS "integrationId" FROM github_apps WHERE organization_id = $1 AND id = ANY($2::uuid[])`,
      [ids],
    );
  }

  private query<T>(organizationId: string, sql: string, parameters: unknown[]): Promise<T[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query<T[]>(sql, [organizationId, ...parameters]),
    );
  }
}

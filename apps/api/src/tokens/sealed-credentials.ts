import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import {
  type ResealedRow,
  type SealedName,
  type SealedRow,
  type SealedStore,
  SealedStores,
} from '../vault/sealed-stores.js';

interface Row {
  id: string;
  credential_type: string;
  sealed: Buffer;
  key_version: number;
  previous_sealed: Buffer | null;
}

const COLUMNS = 'id, credential_type, sealed, key_version, previous_sealed';
/** A value before the present one is kept with its version, or there is none of either. */
const STALE = '(key_version <> $2 OR previous_key_version <> $2)';

const toSealedRow = (row: Row): SealedRow => ({
  id: row.id,
  purpose: row.credential_type,
  sealed: row.sealed,
  keyVersion: row.key_version,
  previousSealed: row.previous_sealed,
});

/** Credentials as the vault sees them while keys are rotated or verified; see `CredentialsService` for their life. */
@Injectable()
export class SealedCredentials implements SealedStore, OnModuleInit {
  readonly table = 'integration_credentials';

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
      `SELECT ${COLUMNS} FROM integration_credentials
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
      `SELECT ${COLUMNS} FROM integration_credentials
       WHERE organization_id = $1 AND ${STALE} AND id > $3 ORDER BY id LIMIT $4`,
      [version, after ?? '00000000-0000-0000-0000-000000000000', limit],
    );
    return rows.map(toSealedRow);
  }

  async countStale(organizationId: string, version: number): Promise<number> {
    const rows = await this.query<{ count: number }>(
      organizationId,
      // Each half by its own index; the second adds what the first has not counted.
      `SELECT ((SELECT count(*) FROM integration_credentials WHERE organization_id = $1 AND key_version <> $2)
        + (SELECT count(*) FROM integration_credentials
           WHERE organization_id = $1 AND previous_key_version <> $2 AND key_version = $2))::int AS count`,
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
      `UPDATE integration_credentials c
       SET sealed = new.sealed, key_version = $2::integer, previous_sealed = new.previous_sealed,
         previous_key_version = CASE WHEN new.previous_sealed IS NULL THEN NULL ELSE $2::integer END
       FROM unnest($3::uuid[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
         AS new (id, before, sealed, previous_before, previous_sealed)
       WHERE c.organization_id = $1 AND c.id = new.id AND c.sealed = new.before
         AND c.previous_sealed IS NOT DISTINCT FROM new.previous_before`,
      [
        organizationId,
        version,
        rows.map(({ id }) => id),
        rows.map(({ before }) => before),
        rows.map(({ sealed }) => sealed),
        rows.map(({ previousBefore }) => previousBefore),
        rows.map(({ previousSealed }) => previousSealed),
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
      `SELECT c.id FROM integration_credentials c
       JOIN unnest($2::uuid[], $3::bytea[]) AS read (id, before) ON c.id = read.id AND c.sealed = read.before
       WHERE c.organization_id = $1 FOR SHARE OF c`,
      [organizationId, rows.map(({ id }) => id), rows.map(({ before }) => before)],
    );
    return new Set(found.map(({ id }) => id));
  }

  async countByVersion(organizationId: string): Promise<Map<number, number>> {
    const rows = await this.query<{ version: number; count: number }>(
      organizationId,
      `SELECT version, sum(number)::int AS count FROM (
         SELECT key_version AS version, count(*) AS number FROM integration_credentials
         WHERE organization_id = $1 GROUP BY key_version
         UNION ALL
         SELECT previous_key_version, count(*) FROM integration_credentials
         WHERE organization_id = $1 AND previous_key_version IS NOT NULL GROUP BY previous_key_version
       ) counted GROUP BY version ORDER BY version`,
      [],
    );
    return new Map(rows.map(({ version, count }) => [version, count]));
  }

  namesOf(organizationId: string, ids: string[]): Promise<SealedName[]> {
    return this.query(
      organizationId,
      `SELECT c.id, i.name, i.id AS "integrationId" FROM integration_credentials c
       JOIN integrations i ON i.organization_id = c.organization_id AND i.id = c.integration_id
       WHERE c.organization_id = $1 AND c.id = ANY($2::uuid[])`,
      [ids],
    );
  }

  private query<T>(organizationId: string, sql: string, parameters: unknown[]): Promise<T[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query<T[]>(sql, [organizationId, ...parameters]),
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

/** A sealed value that could not be opened. */
export interface UnreadableSecret {
  id: string;
  keyVersion: number;
  reason: string;
}

export interface UnreadableRow {
  organization_id: string;
  organization_name: string | null;
  table_name: string;
  row_id: string;
  key_version: number;
  reason: string;
  found_at: Date;
}

/** One of them as people know it; null where the row is gone. */
export interface NamedUnreadable extends UnreadableRow {
  name: string | null;
  integration_id: string | null;
}

/** What a rotation or a verification could not open. A trigger forgets a row whose secret is entered anew. */
@Injectable()
export class UnreadableRepository {
  constructor(private readonly database: Database) {}

  /** @returns the ids of those that were not known to be unreadable. */
  async record(
    manager: EntityManager,
    organizationId: string,
    table: string,
    secrets: UnreadableSecret[],
    at: Date,
  ): Promise<string[]> {
    if (secrets.length === 0) return [];
    const rows = await manager.query<{ row_id: string; made: boolean }[]>(
      `INSERT INTO unreadable_secrets (organization_id, table_name, row_id, key_version, reason, found_at)
       SELECT $1, $2, id, key_version, reason, $6
       FROM unnest($3::uuid[], $4::int[], $5::text[]) AS found (id, key_version, reason)
       ON CONFLICT (organization_id, table_name, row_id)
         DO UPDATE SET key_version = excluded.key_version, reason = excluded.reason
       RETURNING row_id, xmax = 0 AS made`,
      [
        organizationId,
        table,
        secrets.map(({ id }) => id),
        secrets.map(({ keyVersion }) => keyVersion),
        secrets.map(({ reason }) => reason),
        at,
      ],
    );
    return rows.filter(({ made }) => made).map(({ row_id }) => row_id);
  }

  /** These open after all. */
  async forget(manager: EntityManager, organizationId: string, table: string, ids: string[]): Promise<void> {
    await manager.query(
      'DELETE FROM unreadable_secrets WHERE organization_id = $1 AND table_name = $2 AND row_id = ANY($3::uuid[])',
      [organizationId, table, ids],
    );
  }

  /** Those of an organisation, or of all. */
  list(organizationId: string | null, limit: number, offset: number): Promise<UnreadableRow[]> {
    return this.database.asSystem(
      `SELECT u.organization_id, o.name AS organization_name, u.table_name, u.row_id, u.key_version, u.reason, u.found_at
       FROM unreadable_secrets u LEFT JOIN organizations o ON o.id = u.organization_id
       WHERE $1::uuid IS NULL OR u.organization_id = $1
       ORDER BY u.found_at DESC, u.organization_id, u.row_id LIMIT $2 OFFSET $3`,
      [organizationId, limit, offset],
    );
  }

  async count(organizationId: string | null): Promise<number> {
    const rows = await this.database.asSystem<{ count: number }>(
      `SELECT count(*)::int AS count FROM unreadable_secrets WHERE $1::uuid IS NULL OR organization_id = $1`,
      [organizationId],
    );
    return rows[0]?.count ?? 0;
  }

  /** How many each of these organisations has. */
  async countEach(organizationIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database.asSystem<{ organization_id: string; count: number }>(
      `SELECT organization_id, count(*)::int AS count FROM unreadable_secrets
       WHERE organization_id = ANY($1::uuid[]) GROUP BY organization_id`,
      [organizationIds],
    );
    return new Map(rows.map(({ organization_id, count }) => [organization_id, count]));
  }
}

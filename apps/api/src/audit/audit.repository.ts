import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CursorPosition } from '../common/pagination.js';
import { Database } from '../database/database.js';

export interface AuditRow {
  organization_id: string;
  sequence: number;
  id: string;
  created_at: Date;
  actor_type: string;
  actor_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  outcome: string;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  metadata: Record<string, unknown>;
  previous_hash: Buffer;
  hash: Buffer;
}

interface ChainHead {
  sequence: number;
  hash: Buffer;
}

const COLUMNS = `organization_id, sequence, id, created_at, actor_type, actor_id, action, resource_type, resource_id,
  outcome, ip, user_agent, request_id, metadata, previous_hash, hash`;

/** `bigint` arrives as text; a chain does not outgrow a double. */
const numbered = <T extends { sequence: unknown }>(row: T): T & { sequence: number } => ({
  ...row,
  sequence: Number(row.sequence),
});

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async lockHead(manager: EntityManager, organizationId: string): Promise<ChainHead | undefined> {
    // The row is made first, so that two writers of the first row wait for each other too.
    await manager.query(
      `INSERT INTO audit_chains (organization_id, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING`,
      [organizationId, Buffer.alloc(32)],
    );
    const rows = await manager.query<ChainHead[]>(
      'SELECT sequence, hash FROM audit_chains WHERE organization_id = $1 FOR UPDATE',
      [organizationId],
    );
    return rows[0] && numbered(rows[0]);
  }

  async append(manager: EntityManager, row: AuditRow): Promise<void> {
    await manager.query(
      `WITH appended AS (
         INSERT INTO audit_logs (${COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
       )
       UPDATE audit_chains SET sequence = $2, hash = $16 WHERE organization_id = $1`,
      [
        row.organization_id,
        row.sequence,
        row.id,
        row.created_at,
        row.actor_type,
        row.actor_id,
        row.action,
        row.resource_type,
        row.resource_id,
        row.outcome,
        row.ip,
        row.user_agent,
        row.request_id,
        JSON.stringify(row.metadata),
        row.previous_hash,
        row.hash,
      ],
    );
  }

  async readHead(organizationId: string): Promise<ChainHead | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<ChainHead[]>('SELECT sequence, hash FROM audit_chains WHERE organization_id = $1', [
        organizationId,
      ]),
    );
    return rows[0] && numbered(rows[0]);
  }

  async readChain(organizationId: string, after: number, limit: number): Promise<AuditRow[]> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<AuditRow[]>(
        `SELECT ${COLUMNS} FROM audit_logs WHERE organization_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
        [organizationId, after, limit],
      ),
    );
    return rows.map(numbered);
  }

  list(
    organizationId: string,
    filter: { action?: string; before?: CursorPosition; limit: number },
  ): Promise<(AuditRow & { actor_name: string | null })[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT a.*, u.full_name AS actor_name FROM audit_logs a LEFT JOIN users u ON u.id = a.actor_id
         WHERE a.organization_id = $1 AND ($2::text IS NULL OR a.action = $2)
           AND ($3::timestamptz IS NULL OR (a.created_at, a.id) < ($3, $4::uuid))
         ORDER BY a.created_at DESC, a.id DESC LIMIT $5`,
        [
          organizationId,
          filter.action ?? null,
          filter.before?.at ?? null,
          filter.before?.id ?? null,
          filter.limit,
        ],
      ),
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestOrigin } from '../../common/actor.js';
import { Database } from '../../database/database.js';
import type { BulkAction, BulkItemDto, BulkItemStatus, BulkStatus } from './bulk.dto.js';

/** Longer than one integration takes; by the clock of the database, which all replicas share. */
const LEASE = "now() + interval '90 seconds'";

export interface BulkParameters {
  team_ids?: string[];
  /** Where the call came from, for the audit trail. */
  session_id: string;
  origin: RequestOrigin;
}

export interface BulkOperation {
  organization_id: string;
  id: string;
  action: BulkAction;
  parameters: BulkParameters;
  status: BulkStatus;
  total: number;
  done: number;
  failed: number;
  skipped: number;
  created_by: string;
  created_at: Date;
  finished_at: Date | null;
}

export interface BulkItem {
  integration_id: string;
  name: string;
}

/** How it went with one. */
export interface ItemOutcome {
  status: Extract<BulkItemStatus, 'done' | 'failed' | 'skipped'>;
  message: string;
}

/** There is something to do, or somebody was killed while it was cancelled and its last items are unsettled. */
const OPEN = "(status IN ('queued', 'running') OR lease_token IS NOT NULL)";

const COLUMNS = `organization_id, id, action, parameters, status, total, done, failed, skipped, created_by, created_at,
  finished_at`;

/** What cannot be told afterwards from the state of the integration, so that it is not simply done again. */
const NOT_REPEATED: BulkAction[] = ['test', 'refresh_tokens'];
const INTERRUPTED =
  'The process stopped in the middle of this one. Look at the integration, and repeat it if need be.';

@Injectable()
export class BulkOperationsRepository {
  constructor(private readonly database: Database) {}

  async insert(
    manager: EntityManager,
    organizationId: string,
    operation: Pick<BulkOperation, 'id' | 'action' | 'parameters' | 'created_by' | 'created_at'>,
    items: BulkItem[],
  ): Promise<void> {
    await manager.query(
      `INSERT INTO bulk_operations (organization_id, id, action, parameters, status, total, created_by, created_at)
       VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7)`,
      [
        organizationId,
        operation.id,
        operation.action,
        JSON.stringify(operation.parameters),
        items.length,
        operation.created_by,
        operation.created_at,
      ],
    );
    await manager.query(
      `INSERT INTO bulk_operation_items (organization_id, operation_id, integration_id, name, status)
       SELECT $1, $2, made.id, made.name, 'queued' FROM unnest($3::uuid[], $4::text[]) AS made (id, name)`,
      [organizationId, operation.id, items.map((item) => item.integration_id), items.map(({ name }) => name)],
    );
  }

  find(organizationId: string, id: string): Promise<BulkOperation | undefined> {
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<BulkOperation[]>(
        `SELECT ${COLUMNS} FROM bulk_operations WHERE organization_id = $1 AND id = $2`,
        [organizationId, id],
      );
      return rows[0];
    });
  }

  items(organizationId: string, id: string): Promise<BulkItemDto[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT integration_id, name, status, message FROM bulk_operation_items
         WHERE organization_id = $1 AND operation_id = $2 ORDER BY integration_id`,
        [organizationId, id],
      ),
    );
  }

  /** Operations that nobody works on, the oldest first. @param except organisations that have enough under way */
  waiting(limit: number, except: string[]): Promise<Pick<BulkOperation, 'organization_id' | 'id'>[]> {
    return this.database.asSystem(
      `SELECT organization_id, id FROM bulk_operations
       WHERE ${OPEN} AND (lease_until IS NULL OR lease_until <= now()) AND organization_id <> ALL ($2::uuid[])
       ORDER BY created_at LIMIT $1`,
      [limit, except],
    );
  }

  /**
   * Takes an operation. What a killed process had begun is begun again where the integration shows whether it was done,
   * and else said to be unknown.
   * @returns undefined when another has it.
   */
  claim(
    organizationId: string,
    id: string,
    leaseToken: string,
    at: Date,
  ): Promise<BulkOperation | undefined> {
    return this.database.tenant(organizationId, async (manager) => {
      const [rows] = await manager.query<[BulkOperation[], number]>(
        `UPDATE bulk_operations SET status = CASE status WHEN 'queued' THEN 'running' ELSE status END,
           lease_token = $3, lease_until = ${LEASE}, started_at = coalesce(started_at, $4)
         WHERE organization_id = $1 AND id = $2 AND ${OPEN} AND (lease_until IS NULL OR lease_until <= now())
         RETURNING ${COLUMNS}`,
        [organizationId, id, leaseToken, at],
      );
      const [operation] = rows;
      if (!operation) return undefined;
      const repeated = operation.status === 'running' && !NOT_REPEATED.includes(operation.action);
      const [interrupted] = await manager.query<[unknown[], number]>(
        `UPDATE bulk_operation_items SET lease_token = NULL,
           status = CASE WHEN $3 THEN 'queued' ELSE 'failed' END,
           message = CASE WHEN $3 THEN NULL ELSE $4 END,
           finished_at = CASE WHEN $3 THEN NULL ELSE $5::timestamptz END
         WHERE organization_id = $1 AND operation_id = $2 AND status = 'running' RETURNING 1`,
        [organizationId, id, repeated, INTERRUPTED, at],
      );
      if (!repeated && interrupted.length > 0)
        await this.count(manager, organizationId, id, 'failed', interrupted.length);
      return operation;
    });
  }

  /** Begins the next one and holds the operation for longer; undefined: there is none, or it is no longer ours. */
  next(organizationId: string, id: string, leaseToken: string): Promise<BulkItem | undefined> {
    return this.database.tenant(organizationId, async (manager) => {
      const [, held] = await manager.query<[unknown[], number]>(
        `UPDATE bulk_operations SET lease_until = ${LEASE}
         WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND status = 'running'`,
        [organizationId, id, leaseToken],
      );
      if (held === 0) return undefined;
      const [rows] = await manager.query<[BulkItem[], number]>(
        `UPDATE bulk_operation_items SET status = 'running', lease_token = $3
         WHERE organization_id = $1 AND operation_id = $2 AND integration_id = (
           SELECT integration_id FROM bulk_operation_items
           WHERE organization_id = $1 AND operation_id = $2 AND status = 'queued' ORDER BY integration_id LIMIT 1)
         RETURNING integration_id, name`,
        [organizationId, id, leaseToken],
      );
      return rows[0];
    });
  }

  /** Whoever lost the operation meanwhile changes nothing: another has said how it went. */
  async finish(
    organizationId: string,
    id: string,
    leaseToken: string,
    { integrationId, status, message, at }: ItemOutcome & { integrationId: string; at: Date },
  ): Promise<void> {
    await this.database.tenant(organizationId, async (manager) => {
      // The operation first, as everybody does, so that nobody waits in a circle.
      const [, held] = await manager.query<[unknown[], number]>(
        `UPDATE bulk_operations SET lease_until = ${LEASE} WHERE organization_id = $1 AND id = $2 AND lease_token = $3`,
        [organizationId, id, leaseToken],
      );
      if (held === 0) return;
      const [, finished] = await manager.query<[unknown[], number]>(
        `UPDATE bulk_operation_items SET status = $5, message = $6, finished_at = $7, lease_token = NULL
         WHERE organization_id = $1 AND operation_id = $2 AND integration_id = $3 AND lease_token = $4
           AND status = 'running'`,
        [organizationId, id, integrationId, leaseToken, status, message, at],
      );
      await this.count(manager, organizationId, id, status, finished);
    });
  }

  /** It is over, unless something is left: then another goes on at once. */
  async end(organizationId: string, id: string, leaseToken: string, at: Date): Promise<void> {
    await this.database.tenant(organizationId, (manager) =>
      manager.query(
        `UPDATE bulk_operations o SET lease_token = NULL, lease_until = NULL,
           status = CASE WHEN o.status = 'running' AND NOT open.any THEN 'completed' ELSE o.status END,
           finished_at = CASE WHEN o.status = 'running' AND NOT open.any THEN $4 ELSE o.finished_at END
         FROM (SELECT EXISTS (SELECT 1 FROM bulk_operation_items WHERE organization_id = $1 AND operation_id = $2
                              AND status IN ('queued', 'running')) AS any) open
         WHERE o.organization_id = $1 AND o.id = $2 AND o.lease_token = $3`,
        [organizationId, id, leaseToken, at],
      ),
    );
  }

  /**
   * What has not begun will not be; what is under way ends as it does.
   * @returns false when it was over already.
   */
  async stop(
    manager: EntityManager,
    organizationId: string,
    id: string,
    { status, message, at }: { status: 'cancelled' | 'failed'; message: string; at: Date },
  ): Promise<boolean> {
    const [, stopped] = await manager.query<[unknown[], number]>(
      `UPDATE bulk_operations SET status = $3, finished_at = $4
       WHERE organization_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
      [organizationId, id, status, at],
    );
    if (stopped === 0) return false;
    const [, skipped] = await manager.query<[unknown[], number]>(
      `UPDATE bulk_operation_items SET status = 'skipped', message = $3, finished_at = $4
       WHERE organization_id = $1 AND operation_id = $2 AND status = 'queued'`,
      [organizationId, id, message, at],
    );
    await this.count(manager, organizationId, id, 'skipped', skipped);
    return true;
  }

  /** In every organisation; their items go with them. */
  async purge(before: Date): Promise<void> {
    await this.database.asSystem('DELETE FROM bulk_operations WHERE created_at < $1', [before]);
  }

  private async count(
    manager: EntityManager,
    organizationId: string,
    id: string,
    column: ItemOutcome['status'],
    number: number,
  ): Promise<void> {
    await manager.query(
      `UPDATE bulk_operations SET ${column} = ${column} + $3 WHERE organization_id = $1 AND id = $2`,
      [organizationId, id, number],
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import type { RepositorySyncDto } from './repository.dto.js';

/** A sync whose lease has ended was killed; another goes on with it. */
const LEASE = "interval '60 seconds'";
/** A job that was lost is sent again after this. */
const PATIENCE = "interval '3 minutes'";
/** Where no webhook tells of changes, and should one be lost. */
const DAILY = "interval '1 day'";

export interface SyncKey {
  organizationId: string;
  integrationId: string;
}

/** A sync that this process carries out while it holds the lease. */
export interface HeldSync extends SyncKey {
  leaseToken: string;
  /** By the database's clock. */
  startedAt: Date;
}

export interface Progress {
  total: number | null;
  done: number;
  added: number;
  changed: number;
}

const COLUMNS = 'state, total, done, added, changed, removed, error, requested_at, started_at, finished_at';
const ANEW = 'total = NULL, done = 0, added = 0, changed = 0, removed = 0, error = NULL, finished_at = NULL';

/** One row an integration; leases and times are the database's. */
@Injectable()
export class RepositorySyncsRepository {
  constructor(private readonly database: Database) {}

  find({ organizationId, integrationId }: SyncKey): Promise<RepositorySyncDto | null> {
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<RepositorySyncDto[]>(
        `SELECT ${COLUMNS} FROM repository_syncs WHERE organization_id = $1 AND integration_id = $2`,
        [organizationId, integrationId],
      );
      return rows[0] ?? null;
    });
  }

  async exists(manager: EntityManager, { organizationId, integrationId }: SyncKey): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT 1 FROM repository_syncs WHERE organization_id = $1 AND integration_id = $2',
      [organizationId, integrationId],
    );
    return rows.length > 0;
  }

  /** @returns whether a job has to be sent for it: one that waits has one, and one that runs will run again. */
  async request(manager: EntityManager, { organizationId, integrationId }: SyncKey): Promise<boolean> {
    const key = [organizationId, integrationId];
    const made = await manager.query<unknown[]>(
      `INSERT INTO repository_syncs (organization_id, integration_id, state, requested_at)
       VALUES ($1, $2, 'queued', now()) ON CONFLICT DO NOTHING RETURNING 1`,
      key,
    );
    if (made.length > 0) return true;
    const [row] = await manager.query<{ state: string; runs: boolean; forgotten: boolean }[]>(
      `SELECT state, state = 'running' AND lease_until > now() AS runs, requested_at < now() - ${PATIENCE} AS forgotten
       FROM repository_syncs WHERE organization_id = $1 AND integration_id = $2 FOR UPDATE`,
      key,
    );
    if (!row || (row.state === 'queued' && !row.forgotten)) return false;
    if (row.runs) {
      await manager.query(
        'UPDATE repository_syncs SET again = true WHERE organization_id = $1 AND integration_id = $2',
        key,
      );
      return false;
    }
    // One that waits because GitHub asked for it goes on waiting.
    const anew = row.state === 'queued' ? '' : `, ${ANEW}, started_at = NULL, lease_until = NULL`;
    await manager.query(
      `UPDATE repository_syncs SET state = 'queued', again = false, requested_at = now(), lease_token = NULL${anew}
       WHERE organization_id = $1 AND integration_id = $2`,
      key,
    );
    return true;
  }

  /** @returns null when there is nothing to do, another does it, or it has to wait. */
  claim({ organizationId, integrationId }: SyncKey, leaseToken: string): Promise<HeldSync | null> {
    return this.database.tenant(organizationId, async (manager) => {
      const [rows] = await manager.query<[{ started_at: Date }[], number]>(
        `UPDATE repository_syncs SET ${ANEW}, state = 'running', again = false, started_at = now(), lease_token = $3,
           lease_until = now() + ${LEASE}
         WHERE organization_id = $1 AND integration_id = $2 AND state IN ('queued', 'running')
           AND (lease_until IS NULL OR lease_until <= now())
         RETURNING started_at`,
        [organizationId, integrationId, leaseToken],
      );
      const row = rows[0];
      return row ? { organizationId, integrationId, leaseToken, startedAt: row.started_at } : null;
    });
  }

  /** Prolongs the lease. @returns false when another holds it: nothing more may be written. */
  async advance(
    manager: EntityManager,
    { organizationId, integrationId, leaseToken }: HeldSync,
    { total, done, added, changed }: Progress,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE repository_syncs SET lease_until = now() + ${LEASE}, total = $4, done = $5, added = $6, changed = $7
       WHERE organization_id = $1 AND integration_id = $2 AND lease_token = $3`,
      [organizationId, integrationId, leaseToken, total, done, added, changed],
    );
    return count > 0;
  }

  /** @returns whether another was asked for meanwhile, which is queued now; null when the lease was lost. */
  async finish(
    manager: EntityManager,
    { organizationId, integrationId, leaseToken }: HeldSync,
    { removed, error }: { removed: number; error: string | null },
  ): Promise<boolean | null> {
    const [rows] = await manager.query<[{ queued: boolean }[], number]>(
      `UPDATE repository_syncs SET again = false, lease_token = NULL, lease_until = NULL, finished_at = now(),
         removed = $4, error = $5,
         state = CASE WHEN again THEN 'queued' WHEN $5::text IS NULL THEN 'completed' ELSE 'failed' END,
         requested_at = CASE WHEN again THEN now() ELSE requested_at END
       WHERE organization_id = $1 AND integration_id = $2 AND lease_token = $3
       RETURNING state = 'queued' AS queued`,
      [organizationId, integrationId, leaseToken, removed, error],
    );
    return rows[0]?.queued ?? null;
  }

  /** It goes on after so many seconds. @returns false when the lease was lost. */
  async postpone(
    manager: EntityManager,
    { organizationId, integrationId, leaseToken }: HeldSync,
    seconds: number,
    error: string,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE repository_syncs SET state = 'queued', again = false, lease_token = NULL, error = $5,
         requested_at = now() + make_interval(secs => $4), lease_until = now() + make_interval(secs => $4)
       WHERE organization_id = $1 AND integration_id = $2 AND lease_token = $3`,
      [organizationId, integrationId, leaseToken, seconds, error],
    );
    return count > 0;
  }

  /** In all organisations: what was killed, whose job was lost, and what was not looked at for a day. */
  async due(limit: number): Promise<SyncKey[]> {
    const rows = await this.database.asSystem<{ organization_id: string; integration_id: string }>(
      `SELECT s.organization_id, s.integration_id FROM repository_syncs s
       JOIN integrations i ON i.organization_id = s.organization_id AND i.id = s.integration_id
       WHERE (s.state = 'running' AND s.lease_until < now())
         OR (s.state = 'queued' AND s.requested_at < now() - ${PATIENCE})
         OR (s.state IN ('completed', 'failed') AND s.finished_at < now() - ${DAILY}
           AND i.status NOT IN ('disabled', 'needs_reauth'))
       ORDER BY s.requested_at LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ organizationId: row.organization_id, integrationId: row.integration_id }));
  }
}

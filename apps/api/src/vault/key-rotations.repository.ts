import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

export type RotationKind = 'root' | 'organization' | 'verification';
export type RotationState = 'running' | 'paused' | 'completed' | 'failed';

/** A rotation of a key, or a verification of what is sealed, with how far it has come. */
export interface KeyRotation {
  organization_id: string;
  id: string;
  kind: RotationKind;
  from_key: string;
  to_key: string;
  state: RotationState;
  total: number;
  done: number;
  skipped: number;
  error: string | null;
  report: Record<string, unknown>;
  started_by: string | null;
  started_at: Date;
  updated_at: Date;
  finished_at: Date | null;
  retired_at: Date | null;
}

/** How far it has come; `total`, `done` and `skipped` replace what stood there. */
export interface Progress {
  total: number;
  done: number;
  skipped: number;
}

const COLUMNS = `organization_id, id, kind, from_key, to_key, state, total, done, skipped, error, report, started_by,
  started_at, updated_at, finished_at, retired_at`;
const OPEN = "state IN ('running', 'paused', 'failed')";

/** `bigint` arrives as text. */
const numbered = (row: KeyRotation): KeyRotation => ({
  ...row,
  total: Number(row.total),
  done: Number(row.done),
  skipped: Number(row.skipped),
});

type NewRotation = Pick<
  KeyRotation,
  'organization_id' | 'id' | 'kind' | 'from_key' | 'to_key' | 'total' | 'started_by' | 'started_at'
>;

/**
 * The work on keys that takes long. Whoever works on a row holds a lease with a token; progress is written only by the
 * holder and only while the row says `running`, in the transaction of what it counts. So a pause or another holder
 * undoes what the former holder had not committed.
 */
@Injectable()
export class KeyRotationsRepository {
  constructor(private readonly database: Database) {}

  /** @throws a unique violation on `key_rotations_open` when one is open. */
  async insert(manager: EntityManager, rotation: NewRotation): Promise<void> {
    await manager.query(
      `INSERT INTO key_rotations (organization_id, id, kind, from_key, to_key, total, started_by, started_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
      [
        rotation.organization_id,
        rotation.id,
        rotation.kind,
        rotation.from_key,
        rotation.to_key,
        rotation.total,
        rotation.started_by,
        rotation.started_at,
      ],
    );
  }

  async find(id: string): Promise<KeyRotation | undefined> {
    const rows = await this.database.asSystem<KeyRotation>(
      `SELECT ${COLUMNS} FROM key_rotations WHERE id = $1`,
      [id],
    );
    return rows.map(numbered)[0];
  }

  /** The one that is not finished. */
  async findOpen(organizationId: string, kind: RotationKind): Promise<KeyRotation | undefined> {
    const rows = await this.database.asSystem<KeyRotation>(
      `SELECT ${COLUMNS} FROM key_rotations WHERE organization_id = $1 AND kind = $2 AND ${OPEN}`,
      [organizationId, kind],
    );
    return rows.map(numbered)[0];
  }

  /** The one that was begun last. */
  async findLatest(organizationId: string, kind: RotationKind): Promise<KeyRotation | undefined> {
    const rows = await this.database.asSystem<KeyRotation>(
      `SELECT ${COLUMNS} FROM key_rotations WHERE organization_id = $1 AND kind = $2
       ORDER BY started_at DESC, id DESC LIMIT 1`,
      [organizationId, kind],
    );
    return rows.map(numbered)[0];
  }

  /** Those that are not finished, and then the latest. */
  async latest(limit: number): Promise<KeyRotation[]> {
    const rows = await this.database.asSystem<KeyRotation>(
      `(SELECT ${COLUMNS} FROM key_rotations WHERE ${OPEN} ORDER BY started_at DESC, id DESC LIMIT $1)
       UNION
       (SELECT ${COLUMNS} FROM key_rotations ORDER BY started_at DESC, id DESC LIMIT $1)
       ORDER BY started_at DESC, id DESC`,
      [limit],
    );
    const open = (row: KeyRotation) => (row.state === 'completed' ? 1 : 0);
    return rows
      .map(numbered)
      .toSorted((a, b) => open(a) - open(b))
      .slice(0, limit);
  }

  /** Those of organisations that wait for somebody to work on them, the oldest first. */
  waiting(now: Date, limit: number): Promise<{ organization_id: string; id: string }[]> {
    return this.database.asSystem(
      `SELECT organization_id, id FROM key_rotations
       WHERE kind <> 'root' AND state = 'running' AND (lease_until IS NULL OR lease_until <= $1)
       ORDER BY started_at LIMIT $2`,
      [now, limit],
    );
  }

  /** Why nobody can take it now: it is held, or what failed is tried again later. */
  async findHold(id: string, now: Date): Promise<{ held: boolean; until: Date } | undefined> {
    const [row] = await this.database.asSystem<{ held: boolean; until: Date }>(
      `SELECT lease_token IS NOT NULL AS held, lease_until AS until FROM key_rotations
       WHERE id = $1 AND state = 'running' AND lease_until > $2`,
      [id, now],
    );
    return row;
  }

  /** Takes it, unless another holds it. */
  async claim(
    organizationId: string,
    id: string,
    token: string,
    now: Date,
    until: Date,
  ): Promise<KeyRotation | undefined> {
    return this.database.tenant(organizationId, async (manager) => {
      const [rows] = await manager.query<[KeyRotation[], number]>(
        `UPDATE key_rotations SET lease_token = $3, lease_until = $5
         WHERE organization_id = $1 AND id = $2 AND state = 'running' AND (lease_until IS NULL OR lease_until <= $4)
         RETURNING ${COLUMNS}`,
        [organizationId, id, token, now, until],
      );
      return rows.map(numbered)[0];
    });
  }

  /** Writes progress and keeps the lease. @returns false when it is no longer the holder's: then nothing may be committed. */
  async advance(
    manager: EntityManager,
    organizationId: string,
    id: string,
    token: string,
    progress: Progress,
    now: Date,
    until: Date,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE key_rotations SET total = $4, done = $5, skipped = $6, error = NULL, updated_at = $7, lease_until = $8
       WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND state = 'running'`,
      [organizationId, id, token, progress.total, progress.done, progress.skipped, now, until],
    );
    return count === 1;
  }

  async complete(
    manager: EntityManager,
    organizationId: string,
    id: string,
    token: string,
    progress: Progress,
    report: object,
    now: Date,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE key_rotations SET state = 'completed', total = $4, done = $5, skipped = $6, report = $7, error = NULL,
         updated_at = $8, finished_at = $8, lease_token = NULL, lease_until = NULL
       WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND state = 'running'`,
      [
        organizationId,
        id,
        token,
        progress.total,
        progress.done,
        progress.skipped,
        JSON.stringify(report),
        now,
      ],
    );
    return count === 1;
  }

  /** Gives it back. @param until nobody takes it before then. */
  async release(
    organizationId: string,
    id: string,
    token: string,
    error: string | null,
    until: Date | null,
  ): Promise<void> {
    await this.database.tenant(organizationId, (manager) =>
      manager.query(
        `UPDATE key_rotations SET lease_token = NULL, lease_until = $5, error = coalesce($4, error)
         WHERE organization_id = $1 AND id = $2 AND lease_token = $3`,
        [organizationId, id, token, error, until],
      ),
    );
  }

  /** @returns false when it was in none of the states `from`. */
  async move(
    manager: EntityManager,
    { organization_id, id }: Pick<KeyRotation, 'organization_id' | 'id'>,
    from: RotationState[],
    to: RotationState,
    now: Date,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE key_rotations SET state = $4, updated_at = $5, lease_token = NULL, lease_until = NULL
       WHERE organization_id = $1 AND id = $2 AND state = ANY($3::text[])`,
      [organization_id, id, from, to, now],
    );
    return count === 1;
  }

  /** It leads to another key from now on, and begins anew. */
  async redirect(
    manager: EntityManager,
    { organization_id, id }: Pick<KeyRotation, 'organization_id' | 'id'>,
    to: string,
    total: number,
  ): Promise<void> {
    await manager.query(
      `UPDATE key_rotations SET to_key = $3, total = $4, done = 0, skipped = 0, error = NULL
       WHERE organization_id = $1 AND id = $2`,
      [organization_id, id, to, total],
    );
  }

  /** The old versions that these rotations left behind are destroyed. */
  async setRetired(
    manager: EntityManager,
    organizationId: string,
    versions: number[],
    now: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE key_rotations SET retired_at = $3
       WHERE organization_id = $1 AND kind = 'organization' AND from_key = ANY($2::text[])`,
      [organizationId, versions.map(String), now],
    );
  }
}

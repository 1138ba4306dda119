import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { type KeyRotation, KeyRotationsRepository, type RotationState } from './key-rotations.repository.js';

/** An organisation's wrapped key, as the rotation of the root key sees it. */
export interface KeyToRewrap {
  organization_id: string;
  version: number;
  wrapped_key: Buffer;
  root_key_fingerprint: string;
  /** Changes with every change of the row. */
  row_version: string;
}

export type Rewrapped = Pick<KeyToRewrap, 'organization_id' | 'version' | 'row_version'> & { after: Buffer };

/** Where a sweep over the keys has come to. */
export type KeyCursor = Pick<KeyToRewrap, 'organization_id' | 'version'>;

const START: KeyCursor = { organization_id: NIL_ORGANIZATION, version: 0 };

/** Opens the wrapped keys of every organisation to this transaction; see the policy `root_rotation`. */
const acrossOrganizations = (manager: EntityManager): Promise<unknown> =>
  manager.query("SELECT set_config('app.root_rotation', 'on', true)");

/** The wrapped keys of all organisations. Of nothing else can it see more than one organisation. */
@Injectable()
export class RootRotationRepository {
  constructor(
    private readonly database: Database,
    private readonly rotations: KeyRotationsRepository,
    private readonly clock: Clock,
  ) {}

  /** Keys that another root key than `target` wraps, in the order of their primary key. */
  async listOthers(target: string, after: KeyCursor | null, limit: number): Promise<KeyToRewrap[]> {
    const { organization_id, version } = after ?? START;
    return this.database.tenant(NIL_ORGANIZATION, async (manager) => {
      await acrossOrganizations(manager);
      return manager.query<KeyToRewrap[]>(
        `SELECT organization_id, version, wrapped_key, root_key_fingerprint, xmin::text AS row_version
         FROM organization_keys WHERE (organization_id, version) > ($1, $2) AND root_key_fingerprint <> $3
         ORDER BY organization_id, version LIMIT $4`,
        [organization_id, version, target, limit],
      );
    });
  }

  /** Writes rewrapped keys, in the order in which they were read, each only where the row is still as it was read. @returns how many */
  async replace(manager: EntityManager, target: string, keys: Rewrapped[]): Promise<number> {
    if (keys.length === 0) return 0;
    await acrossOrganizations(manager);
    // Lost in a crash, it is done again; the commit that changes the root key, or ends the rotation, makes it durable.
    await manager.query("SELECT set_config('synchronous_commit', 'off', true)");
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE organization_keys k SET wrapped_key = n.after, root_key_fingerprint = $5
       FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[]) AS n (organization_id, version, row_version, after)
       WHERE k.organization_id = n.organization_id AND k.version = n.version AND k.xmin::text = n.row_version
         AND k.organization_id BETWEEN $6 AND $7`,
      [
        keys.map((key) => key.organization_id),
        keys.map((key) => key.version),
        keys.map((key) => key.row_version),
        keys.map((key) => key.after),
        target,
        // They are in order: what lies outside of them need not be read.
        keys[0]!.organization_id,
        keys.at(-1)!.organization_id,
      ],
    );
    return count;
  }

  /** How many organisation keys each root key wraps. */
  countByFingerprint(): Promise<{ fingerprint: string; count: number }[]> {
    return this.database.asSystem(
      `SELECT root_key_fingerprint AS fingerprint, count(*)::int AS count FROM organization_keys
       GROUP BY root_key_fingerprint ORDER BY count DESC, fingerprint`,
    );
  }

  /** The rotation of the root key that is not finished, or else the latest. */
  async findLatest(): Promise<KeyRotation | undefined> {
    const open = await this.rotations.findOpen(NIL_ORGANIZATION, 'root');
    if (open) return open;
    const [latest] = await this.database.asSystem<{ id: string }>(
      `SELECT id FROM key_rotations WHERE organization_id = $1 AND kind = 'root'
       ORDER BY started_at DESC, id DESC LIMIT 1`,
      [NIL_ORGANIZATION],
    );
    return latest && this.rotations.find(latest.id);
  }

  move(
    manager: EntityManager,
    rotation: KeyRotation,
    from: RotationState[],
    to: RotationState,
    now: Date,
  ): Promise<boolean> {
    return this.rotations.move(manager, rotation, from, to, now);
  }

  /** @returns false when it was neither paused nor had failed. */
  async resume(
    manager: EntityManager,
    rotation: KeyRotation,
    { to, total }: { to: string; total: number },
    now: Date,
  ): Promise<boolean> {
    const resumed = await this.rotations.move(manager, rotation, ['paused', 'failed'], 'running', now);
    if (resumed && to !== rotation.to_key) await this.rotations.redirect(manager, rotation, to, total);
    return resumed;
  }

  /** It cannot go on by itself. @param last the last statement of the transaction. */
  async fail(rotation: KeyRotation, last: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.database.tenant(NIL_ORGANIZATION, async (manager) => {
      const now = this.clock.date();
      if (await this.rotations.move(manager, rotation, ['running'], 'failed', now)) await last(manager);
    });
  }

  /** Organisations whose wrapped key did not open before. */
  async unreadable(): Promise<string[]> {
    const rows = await this.database.asSystem<{ organization_id: string }>(
      "SELECT organization_id FROM unreadable_secrets WHERE table_name = 'organization_keys'",
    );
    return rows.map((row) => row.organization_id);
  }

  /** Nothing is left of the root keys that were rotated away from. */
  async setRetired(manager: EntityManager, now: Date): Promise<void> {
    await manager.query(
      `UPDATE key_rotations SET retired_at = $2
       WHERE organization_id = $1 AND kind = 'root' AND state = 'completed' AND retired_at IS NULL`,
      [NIL_ORGANIZATION, now],
    );
  }
}

import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { Database } from '../database/database.js';

/** What the root key wraps of the installation itself. */
export interface WrappedRow {
  key_canary: Buffer;
  jwt_secret: Buffer;
  token_key: Buffer | null;
}

export interface InstallationRow extends WrappedRow {
  root_key_fingerprint: string;
  root_key_store: string;
  passphrase_salt: Buffer | null;
}

const SALT_BYTES = 32;

/** The installation's one row, which belongs to no organisation. */
@Injectable()
export class InstallationRepository {
  constructor(private readonly database: Database) {}

  async find(): Promise<InstallationRow | undefined> {
    const [row] = await this.database.query<InstallationRow>(
      `SELECT root_key_fingerprint, root_key_store, passphrase_salt, key_canary, jwt_secret, token_key
       FROM installation`,
    );
    return row;
  }

  /** Replicas may race: the first one's row stands. */
  async insert(row: InstallationRow): Promise<void> {
    await this.database.query(
      `INSERT INTO installation
         (root_key_fingerprint, root_key_store, passphrase_salt, key_canary, jwt_secret, token_key)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [
        row.root_key_fingerprint,
        row.root_key_store,
        row.passphrase_salt,
        row.key_canary,
        row.jwt_secret,
        row.token_key,
      ],
    );
  }

  async findSalt(): Promise<Buffer | null> {
    const [row] = await this.database.query<{ passphrase_salt: Buffer | null }>(
      'SELECT passphrase_salt FROM installation',
    );
    return row?.passphrase_salt ?? null;
  }

  /** The salt that the next root key's passphrase goes through, where there was none so far. */
  async makeSalt(): Promise<Buffer | null> {
    await this.database.query('UPDATE installation SET passphrase_salt = $1 WHERE passphrase_salt IS NULL', [
      randomBytes(SALT_BYTES),
    ]);
    return this.findSalt();
  }

  /** Kept by the first replica to write it, and only under the root key that is the installation's. */
  async setTokenKey(wrapped: Buffer, fingerprint: string): Promise<void> {
    await this.database.query(
      'UPDATE installation SET token_key = $1 WHERE token_key IS NULL AND root_key_fingerprint = $2',
      [wrapped, fingerprint],
    );
  }

  /** The fingerprint of the installation's root key, which no rotation changes until this transaction ends. */
  async holdFingerprint(manager: EntityManager): Promise<string> {
    const [row] = await manager.query<{ root_key_fingerprint: string }[]>(
      'SELECT root_key_fingerprint FROM installation FOR SHARE',
    );
    return row!.root_key_fingerprint;
  }

  /** The same, and until this transaction ends nobody else touches the key files either: see `alone`. */
  async holdAlone(manager: EntityManager): Promise<string> {
    const [row] = await manager.query<{ root_key_fingerprint: string }[]>(
      'SELECT root_key_fingerprint FROM installation FOR UPDATE',
    );
    return row!.root_key_fingerprint;
  }

  /**
   * Work on the key files, which replicas may share: one at a time, under the root key that is the installation's. A
   * file that another replaces or deletes at the same moment may be the only one that holds its key.
   */
  alone<T>(work: (fingerprint: string) => Promise<T>): Promise<T> {
    return this.database.tenant(NIL_ORGANIZATION, async (manager) => work(await this.holdAlone(manager)));
  }

  /** The root key that a rotation under way leads to. */
  async rotationTarget(): Promise<string | undefined> {
    const [row] = await this.database.tenant(NIL_ORGANIZATION, (manager) =>
      manager.query<{ to_key: string }[]>(
        `SELECT to_key FROM key_rotations
         WHERE organization_id = $1 AND kind = 'root' AND state IN ('running', 'paused', 'failed')`,
        [NIL_ORGANIZATION],
      ),
    );
    return row?.to_key;
  }

  /** @returns false when the row is not the one that was rewrapped any more. */
  async replaceRootKey(
    manager: EntityManager,
    before: InstallationRow,
    after: WrappedRow & Pick<InstallationRow, 'root_key_fingerprint' | 'root_key_store'>,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `WITH changed AS (
         UPDATE installation SET root_key_fingerprint = $1, root_key_store = $2, key_canary = $3, jwt_secret = $4,
           token_key = $5
         WHERE root_key_fingerprint = $6 AND key_canary = $7 AND jwt_secret = $8
           AND token_key IS NOT DISTINCT FROM $9
         RETURNING 1)
       SELECT * FROM changed`,
      [
        after.root_key_fingerprint,
        after.root_key_store,
        after.key_canary,
        after.jwt_secret,
        after.token_key,
        before.root_key_fingerprint,
        before.key_canary,
        before.jwt_secret,
        before.token_key,
      ],
    );
    return rows.length === 1;
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

export interface WrappedKey {
  version: number;
  wrapped_key: Buffer;
  /** The root key that wraps it. */
  root_key_fingerprint: string;
}

/** An organisation and its key's versions. */
export interface OrganizationKeys {
  id: string;
  name: string;
  slug: string;
  versions: { version: number; state: string; created_at: string; root_key_fingerprint: string }[];
}

/** One key per organisation and version; at most one version is active, and a retired one is deleted. */
@Injectable()
export class OrganizationKeysRepository {
  constructor(private readonly database: Database) {}

  async insert(manager: EntityManager, organizationId: string, key: WrappedKey): Promise<void> {
    await manager.query(
      `INSERT INTO organization_keys (organization_id, version, wrapped_key, root_key_fingerprint)
       VALUES ($1, $2, $3, $4)`,
      [organizationId, key.version, key.wrapped_key, key.root_key_fingerprint],
    );
  }

  findActive(organizationId: string): Promise<WrappedKey | undefined> {
    return this.find(organizationId, "state = 'active'", []);
  }

  findVersion(organizationId: string, version: number): Promise<WrappedKey | undefined> {
    return this.find(organizationId, "version = $2 AND state <> 'retired'", [version]);
  }

  /** @returns the active version, which stays so until the transaction ends. */
  async lockActive(manager: EntityManager, organizationId: string): Promise<number | undefined> {
    const rows = await manager.query<{ version: number }[]>(
      "SELECT version FROM organization_keys WHERE organization_id = $1 AND state = 'active' FOR UPDATE",
      [organizationId],
    );
    return rows[0]?.version;
  }

  async setRetiring(manager: EntityManager, organizationId: string, version: number): Promise<void> {
    await manager.query(
      "UPDATE organization_keys SET state = 'retiring' WHERE organization_id = $1 AND version = $2",
      [organizationId, version],
    );
  }

  versions(organizationId: string): Promise<{ version: number; state: string }[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        'SELECT version, state FROM organization_keys WHERE organization_id = $1 ORDER BY version',
        [organizationId],
      ),
    );
  }

  /**
   * Deletes retiring versions for good. PostgreSQL proves here and now, and not at the end of the transaction, that
   * nothing refers to them (SQLSTATE 23503 otherwise).
   */
  async destroy(manager: EntityManager, organizationId: string, versions: number[]): Promise<number[]> {
    const [rows] = await manager.query<[{ version: number }[], number]>(
      `DELETE FROM organization_keys WHERE organization_id = $1 AND version = ANY($2::int[]) AND state = 'retiring'
       RETURNING version`,
      [organizationId, versions],
    );
    await manager.query('SET CONSTRAINTS ALL IMMEDIATE');
    return rows.map((row) => row.version);
  }

  /** How many organisations hold a key of each version and state. */
  overview(): Promise<{ version: number; state: string; count: number }[]> {
    return this.database.asSystem(
      'SELECT version, state, count(*)::int AS count FROM organization_keys GROUP BY version, state ORDER BY version, state',
    );
  }

  /** A page of organisations, those with something unreadable or with older versions first. */
  page(limit: number, offset: number): Promise<OrganizationKeys[]> {
    return this.database.asSystem(
      `SELECT o.id, o.name, o.slug, k.versions
       FROM organizations o JOIN (
         SELECT organization_id, count(*) AS number, json_agg(json_build_object('version', version, 'state', state,
           'created_at', created_at, 'root_key_fingerprint', root_key_fingerprint) ORDER BY version) AS versions
         FROM organization_keys GROUP BY organization_id
       ) k ON k.organization_id = o.id
       ORDER BY o.id IN (SELECT organization_id FROM unreadable_secrets) DESC, k.number > 1 DESC, o.name, o.id
       LIMIT $1 OFFSET $2`,
      [limit, offset],
    );
  }

  /** How many organisations there are, and how many of them hold older versions. */
  async totals(): Promise<{ organizations: number; with_older_versions: number }> {
    const rows = await this.database.asSystem<{ organizations: number; with_older_versions: number }>(
      `SELECT count(DISTINCT organization_id)::int AS organizations,
         count(DISTINCT organization_id) FILTER (WHERE state = 'retiring')::int AS with_older_versions
       FROM organization_keys`,
    );
    return rows[0]!;
  }

  withOlderVersions(): Promise<{ id: string; name: string }[]> {
    return this.database.asSystem(
      `SELECT o.id, o.name FROM organizations o
       WHERE o.id IN (SELECT organization_id FROM organization_keys WHERE state = 'retiring') ORDER BY o.name, o.id`,
    );
  }

  /** An organisation by its id or its slug. */
  async findOrganization(idOrSlug: string): Promise<{ id: string; name: string; slug: string } | undefined> {
    const rows = await this.database.asSystem<{ id: string; name: string; slug: string }>(
      'SELECT id, name, slug FROM organizations WHERE id::text = $1 OR slug = $1 ORDER BY (id::text = $1) DESC LIMIT 1',
      [idOrSlug],
    );
    return rows[0];
  }

  async namesOf(ids: string[]): Promise<Map<string, string>> {
    const rows = await this.database.asSystem<{ id: string; name: string }>(
      'SELECT id, name FROM organizations WHERE id = ANY($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Organisations in the order of their ids. */
  async idsAfter(after: string | null, limit: number): Promise<string[]> {
    const rows = await this.database.asSystem<{ id: string }>(
      'SELECT id FROM organizations WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2',
      [after, limit],
    );
    return rows.map(({ id }) => id);
  }

  private async find(
    organizationId: string,
    condition: string,
    parameters: unknown[],
  ): Promise<WrappedKey | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<WrappedKey[]>(
        `SELECT version, wrapped_key, root_key_fingerprint FROM organization_keys
         WHERE organization_id = $1 AND ${condition}`,
        [organizationId, ...parameters],
      ),
    );
    return rows[0];
  }
}

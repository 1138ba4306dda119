import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

export interface WrappedKey {
  version: number;
  wrapped_key: Buffer;
}

@Injectable()
export class OrganizationKeysRepository {
  constructor(private readonly database: Database) {}

  async insert(
    manager: EntityManager,
    organizationId: string,
    version: number,
    wrapped: Buffer,
    fingerprint: string,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO organization_keys (organization_id, version, wrapped_key, root_key_fingerprint)
       VALUES ($1, $2, $3, $4)`,
      [organizationId, version, wrapped, fingerprint],
    );
  }

  findActive(organizationId: string): Promise<WrappedKey | undefined> {
    return this.find(organizationId, "state = 'active'", []);
  }

  findVersion(organizationId: string, version: number): Promise<WrappedKey | undefined> {
    return this.find(organizationId, "version = $2 AND state <> 'retired'", [version]);
  }

  private async find(
    organizationId: string,
    condition: string,
    parameters: unknown[],
  ): Promise<WrappedKey | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<WrappedKey[]>(
        `SELECT version, wrapped_key FROM organization_keys WHERE organization_id = $1 AND ${condition}`,
        [organizationId, ...parameters],
      ),
    );
    return rows[0];
  }

  /** How many organisations hold a key of each version and state. */
  overview(): Promise<{ version: number; state: string; count: number }[]> {
    return this.database.asSystem(
      'SELECT version, state, count(*)::int AS count FROM organization_keys GROUP BY version, state ORDER BY version, state',
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { Credential } from './credential.entity.js';

@Injectable()
export class CredentialsRepository {
  constructor(private readonly database: Database) {}

  find(organizationId: string, integrationId: string): Promise<Credential | null> {
    return this.database.tenant(organizationId, (manager) =>
      manager.findOneBy(Credential, { organizationId, integrationId }),
    );
  }

  async findId(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
  ): Promise<string | null> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT id FROM integration_credentials WHERE organization_id = $1 AND integration_id = $2',
      [organizationId, integrationId],
    );
    return rows[0]?.id ?? null;
  }

  async insert(manager: EntityManager, credential: Credential): Promise<void> {
    await manager.insert(Credential, credential);
  }

  async deleteOf(manager: EntityManager, organizationId: string, integrationId: string): Promise<void> {
    await manager.delete(Credential, { organizationId, integrationId });
  }

  async markUsed(manager: EntityManager, organizationId: string, id: string, at: Date): Promise<void> {
    await manager.update(Credential, { organizationId, id }, { lastUsedAt: at });
  }
}

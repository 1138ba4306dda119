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

  /** Keeps others from changing it until the transaction ends. */
  lock(manager: EntityManager, organizationId: string, integrationId: string): Promise<Credential | null> {
    return manager.findOne(Credential, {
      where: { organizationId, integrationId },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async insert(manager: EntityManager, credential: Credential): Promise<void> {
    await manager.insert(Credential, credential);
  }

  async update(
    manager: EntityManager,
    { organizationId, id }: Credential,
    changes: Partial<Credential>,
  ): Promise<void> {
    await manager.update(Credential, { organizationId, id }, changes);
  }

  async deleteOf(manager: EntityManager, organizationId: string, integrationId: string): Promise<void> {
    await manager.delete(Credential, { organizationId, integrationId });
  }
}

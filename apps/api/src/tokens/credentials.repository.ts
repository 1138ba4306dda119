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
    await manager.query(
      `INSERT INTO integration_credentials (organization_id, id, integration_id, credential_type, state, sealed,
         key_version, field_names, metadata, expires_at, refresh_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        credential.organizationId,
        credential.id,
        credential.integrationId,
        credential.credentialType,
        credential.state,
        credential.sealed,
        credential.keyVersion,
        credential.fieldNames,
        credential.metadata,
        credential.expiresAt,
        credential.refreshAt,
        credential.createdAt,
        credential.updatedAt,
      ],
    );
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

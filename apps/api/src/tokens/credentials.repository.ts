import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { selectForUpdate, update } from '../database/entity-statements.js';
import { run, send } from '../database/unit-of-work.js';
import { Credential } from './credential.entity.js';

@Injectable()
export class CredentialsRepository {
  constructor(private readonly database: Database) {}

  find(organizationId: string, integrationId: string): Promise<Credential | null> {
    return this.database.row(organizationId, Credential, { organizationId, integrationId });
  }

  /** Keeps others from changing it until the transaction ends. */
  async lock(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
  ): Promise<Credential | null> {
    const lock = selectForUpdate(manager, Credential, { organizationId, integrationId });
    const [row] = await run<Credential>(manager, lock);
    return row ?? null;
  }

  insert(manager: EntityManager, credential: Credential): void {
    send(manager, {
      name: 'insert credential',
      text: `INSERT INTO integration_credentials (organization_id, id, integration_id, credential_type, state, sealed,
          key_version, field_names, metadata, expires_at, refresh_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      values: [
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
    });
  }

  update(manager: EntityManager, { organizationId, id }: Credential, changes: Partial<Credential>): void {
    send(manager, update(manager, Credential, { organizationId, id }, changes));
  }

  async deleteOf(manager: EntityManager, organizationId: string, integrationId: string): Promise<void> {
    await manager.delete(Credential, { organizationId, integrationId });
  }
}

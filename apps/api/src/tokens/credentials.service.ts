import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock.js';
import { VaultService } from '../vault/vault.service.js';
import type { Credential } from './credential.entity.js';
import { CredentialsRepository } from './credentials.repository.js';

/** A credential in the clear: it lives as long as the call that needs it. */
export type CredentialFields = Record<string, FieldValue>;

/** A sealed credential as it is stored. */
export type SealedCredential = Credential;

const contextOf = (organizationId: string, id: string, credentialType: string) => ({
  organizationId,
  table: 'integration_credentials',
  rowId: id,
  purpose: credentialType,
});

/** The credential's life: sealed before it is stored, opened for a call, replaced as a whole. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly repository: CredentialsRepository,
    private readonly vault: VaultService,
    private readonly clock: Clock,
  ) {}

  find(organizationId: string, integrationId: string): Promise<Credential | null> {
    return this.repository.find(organizationId, integrationId);
  }

  /** Seals outside of the transaction. @returns the row to be written inside of it. */
  async seal(
    organizationId: string,
    integrationId: string,
    credentialType: string,
    fields: CredentialFields,
  ): Promise<Credential> {
    const id = uuidv7();
    const plaintext = Buffer.from(JSON.stringify(fields), 'utf8');
    const { sealed, keyVersion } = await this.vault.seal(
      contextOf(organizationId, id, credentialType),
      plaintext,
    );
    plaintext.fill(0);
    const now = this.clock.date();
    return {
      organizationId,
      id,
      integrationId,
      credentialType,
      state: 'active',
      sealed,
      keyVersion,
      fieldNames: Object.keys(fields).sort(),
      expiresAt: null,
      lastUsedAt: null,
      createdAt: now,
      updatedAt: now,
    };
  }

  /** Which credential the integration has now: a replacement has another id. */
  currentId(manager: EntityManager, organizationId: string, integrationId: string): Promise<string | null> {
    return this.repository.findId(manager, organizationId, integrationId);
  }

  insert(manager: EntityManager, credential: Credential): Promise<void> {
    return this.repository.insert(manager, credential);
  }

  /** The new one takes the old one's place; both are never there. */
  async replace(manager: EntityManager, credential: Credential): Promise<void> {
    await this.repository.deleteOf(manager, credential.organizationId, credential.integrationId);
    await this.repository.insert(manager, credential);
  }

  markUsed(manager: EntityManager, organizationId: string, id: string): Promise<void> {
    return this.repository.markUsed(manager, organizationId, id, this.clock.date());
  }

  /**
   * Opens a credential. Whoever calls it records that, in the audit trail or the activity log.
   * @throws UnsealError when it cannot be opened.
   */
  async open({ organizationId, id, credentialType, sealed }: Credential): Promise<CredentialFields> {
    const plaintext = await this.vault.open(contextOf(organizationId, id, credentialType), sealed);
    const fields = JSON.parse(plaintext.toString('utf8')) as CredentialFields;
    plaintext.fill(0);
    return fields;
  }
}

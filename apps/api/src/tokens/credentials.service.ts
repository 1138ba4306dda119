import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock.js';
import { VaultService } from '../vault/vault.service.js';
import type { Credential } from './credential.entity.js';
import { step, type Versions } from './credential-lifecycle.js';
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

/** Which secret of an integration was used: another one has another version. */
export const versionOf = ({ id, revision }: Pick<Credential, 'id' | 'revision'>): string =>
  `${id}/${revision}`;

/** What a credential is sealed from. */
export interface NewCredential {
  credentialType: string;
  fields: CredentialFields;
  /** When it ends by itself, where that is known (a certificate). */
  expiresAt: Date | null;
  /** The service accepted it already. */
  proven: boolean;
}

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

  /**
   * Seals outside of the transaction.
   * @param place the row it is sealed for; a new one by default.
   * @returns the row to be written inside of it.
   */
  async seal(
    organizationId: string,
    integrationId: string,
    { credentialType, fields, expiresAt, proven }: NewCredential,
    place: string = uuidv7(),
  ): Promise<Credential> {
    const plaintext = Buffer.from(JSON.stringify(fields), 'utf8');
    const { sealed, keyVersion } = await this.vault.seal(
      contextOf(organizationId, place, credentialType),
      plaintext,
    );
    plaintext.fill(0);
    const now = this.clock.date();
    return {
      organizationId,
      id: place,
      integrationId,
      credentialType,
      state: proven ? 'active' : 'created',
      sealed,
      keyVersion,
      previousSealed: null,
      previousKeyVersion: null,
      revision: 1,
      fieldNames: Object.keys(fields).sort(),
      metadata: {},
      expiresAt,
      lastUsedAt: null,
      createdAt: now,
      updatedAt: now,
    };
  }

  /** Which version the integration has now. */
  async currentVersion(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
  ): Promise<string | null> {
    const current = await this.repository.lock(manager, organizationId, integrationId);
    return current && versionOf(current);
  }

  insert(manager: EntityManager, credential: Credential): Promise<void> {
    return this.repository.insert(manager, credential);
  }

  /**
   * The new secret takes the old one's place. Sealed for the same row, it is a new version and the old one is kept until
   * the new one is proven; sealed for another, the old row goes.
   * @returns the version it has.
   */
  async replace(manager: EntityManager, credential: Credential): Promise<string> {
    const { organizationId, integrationId } = credential;
    const current = await this.repository.lock(manager, organizationId, integrationId);
    if (current?.id !== credential.id || current.credentialType !== credential.credentialType) {
      await this.repository.deleteOf(manager, organizationId, integrationId);
      await this.repository.insert(manager, credential);
      return versionOf(credential);
    }
    const next = step(current.state, 'replaced', current.previousSealed !== null);
    if (!next) throw new Error(`a credential that is ${current.state} cannot be replaced`);
    const { sealed, keyVersion, fieldNames, expiresAt } = credential;
    await this.repository.update(manager, current, {
      sealed,
      keyVersion,
      fieldNames,
      expiresAt,
      ...changedVersions(current, next.versions),
      state: next.state,
      revision: current.revision + 1,
      updatedAt: this.clock.date(),
    });
    return versionOf({ id: current.id, revision: current.revision + 1 });
  }

  /**
   * What a test taught about the current version: it was used, and was accepted or refused.
   * @returns true when it was refused and the version before, which had worked, is the current one again.
   */
  async learn(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    event: 'proven' | 'refused' | null,
  ): Promise<boolean> {
    const current = await this.repository.lock(manager, organizationId, integrationId);
    if (!current) return false;
    const now = this.clock.date();
    const ended = current.expiresAt !== null && current.expiresAt <= now;
    const happened = event ?? (ended ? 'expired' : null);
    const next = happened && step(current.state, happened, current.previousSealed !== null);
    await this.repository.update(manager, current, {
      lastUsedAt: now,
      ...(next ? { state: next.state, ...changedVersions(current, next.versions) } : {}),
    });
    return next?.versions === 'restore';
  }

  /**
   * Opens a credential. Whoever calls it records that, in the audit trail or the activity log.
   * @throws UnsealError when it cannot be opened.
   */
  async open({
    organizationId,
    id,
    credentialType,
    sealed,
  }: Pick<Credential, 'organizationId' | 'id' | 'credentialType' | 'sealed'>): Promise<CredentialFields> {
    const plaintext = await this.vault.open(contextOf(organizationId, id, credentialType), sealed);
    const fields = JSON.parse(plaintext.toString('utf8')) as CredentialFields;
    plaintext.fill(0);
    return fields;
  }
}

const NO_PREVIOUS = { previousSealed: null, previousKeyVersion: null, metadata: {} };

function changedVersions(current: Credential, versions: Versions): Partial<Credential> {
  if (versions === 'keep') return {};
  if (versions === 'settle' || versions === 'overwrite') return NO_PREVIOUS;
  if (versions === 'restore') return restored(current);
  if (current.previousSealed) return {};
  return {
    previousSealed: current.sealed,
    previousKeyVersion: current.keyVersion,
    metadata: {
      previous: {
        field_names: current.fieldNames,
        expires_at: current.expiresAt?.toISOString() ?? null,
      },
    },
  };
}

function restored(current: Credential): Partial<Credential> {
  const { previousSealed, previousKeyVersion, metadata } = current;
  if (!previousSealed || previousKeyVersion === null) throw new Error('there is no version to go back to');
  const { field_names: fieldNames = current.fieldNames, expires_at: expires = null } =
    metadata.previous ?? {};
  return {
    sealed: previousSealed,
    keyVersion: previousKeyVersion,
    fieldNames,
    expiresAt: expires === null ? null : new Date(expires),
    revision: current.revision + 1,
    ...NO_PREVIOUS,
  };
}

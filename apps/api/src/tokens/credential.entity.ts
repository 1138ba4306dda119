import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CredentialState } from './credential-lifecycle.js';

export interface CredentialMetadata {
  previous?: { field_names: string[]; expires_at: string | null };
}

/** A sealed credential. The plaintext is a JSON object of its fields. */
@Entity('integration_credentials')
export class Credential {
  @PrimaryColumn('uuid', { name: 'organization_id' }) organizationId: string;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'integration_id' }) integrationId: string;
  @Column('text', { name: 'credential_type' }) credentialType: string;
  @Column('text') state: CredentialState;
  @Column('bytea') sealed: Buffer;
  @Column('integer', { name: 'key_version' }) keyVersion: number;
  /** The version before, kept until the current one is proven; sealed for the same place. */
  @Column('bytea', { name: 'previous_sealed', nullable: true }) previousSealed: Buffer | null;
  @Column('integer', { name: 'previous_key_version', nullable: true }) previousKeyVersion: number | null;
  /** Grows when the secret becomes another one. */
  @Column('integer') revision: number;
  /** Which fields are set, so that a form can say so without opening anything. */
  @Column('text', { name: 'field_names', array: true }) fieldNames: string[];
  /** Of the version before, what is shown of it. */
  @Column('jsonb') metadata: CredentialMetadata;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}

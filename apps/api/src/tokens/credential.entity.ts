import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CredentialState } from './credential-lifecycle.js';
import type { OAuthMetadata } from './oauth2/token-standing.js';

export interface CredentialMetadata {
  /** Of the version before, what is shown of it and what it needs to be the current one again. */
  previous?: {
    field_names: string[];
    expires_at: string | null;
    refresh_at?: string | null;
    oauth?: OAuthMetadata;
  };
  /** Of credentials of kind `oauth2`, once somebody has consented. */
  oauth?: OAuthMetadata;
  /** Since when the service refuses it, as tests found. Of kind `oauth2` the state says so. */
  refused_at?: string;
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
  /** Never a secret. */
  @Column('jsonb') metadata: CredentialMetadata;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  /** When the schedule refreshes the tokens next. */
  @Column('timestamptz', { name: 'refresh_at', nullable: true }) refreshAt: Date | null;
  @Column('timestamptz', { name: 'refreshed_at', nullable: true }) refreshedAt: Date | null;
  /** In a row. */
  @Column('integer', { name: 'refresh_failures' }) refreshFailures: number;
  /** Who refreshes the tokens at this moment, and until when by the clock of the database. */
  @Column('uuid', { name: 'lease_token', nullable: true }) leaseToken: string | null;
  @Column('timestamptz', { name: 'lease_until', nullable: true }) leaseUntil: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}

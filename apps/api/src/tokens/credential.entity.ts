import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sealed credential. The plaintext is a JSON object of its fields. */
@Entity('integration_credentials')
export class Credential {
  @PrimaryColumn('uuid', { name: 'organization_id' }) organizationId: string;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'integration_id' }) integrationId: string;
  @Column('text', { name: 'credential_type' }) credentialType: string;
  @Column('text') state: string;
  @Column('bytea') sealed: Buffer;
  @Column('integer', { name: 'key_version' }) keyVersion: number;
  /** Which fields are set, so that a form can say so without opening anything. */
  @Column('text', { name: 'field_names', array: true }) fieldNames: string[];
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}

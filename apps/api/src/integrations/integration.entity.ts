import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FieldValue } from '@latchkey/catalogue';

export const STATUSES = ['pending', 'active', 'error', 'disabled', 'needs_reauth'] as const;
export type IntegrationStatus = (typeof STATUSES)[number];

@Entity('integrations')
export class Integration {
  @PrimaryColumn('uuid', { name: 'organization_id' }) organizationId: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'integration_type_id' }) integrationTypeId: string;
  @Column('text') name: string;
  @Column('text', { nullable: true }) description: string | null;
  @Column('jsonb') config: Record<string, FieldValue>;
  @Column('text', { name: 'auth_mode' }) authMode: string;
  @Column('text') status: IntegrationStatus;
  @Column('text', { name: 'error_code', nullable: true }) errorCode: string | null;
  @Column('text', { name: 'error_message', nullable: true }) errorMessage: string | null;
  @Column('text', { name: 'error_hint', nullable: true }) errorHint: string | null;
  @Column('timestamptz', { name: 'status_changed_at' }) statusChangedAt: Date;
  @Column('integer', { name: 'consecutive_failures' }) consecutiveFailures: number;
  @Column('integer', { name: 'response_time_ms', nullable: true }) responseTimeMs: number | null;
  @Column('timestamptz', { name: 'last_sync_at', nullable: true }) lastSyncAt: Date | null;
  @Column('timestamptz', { name: 'last_checked_at', nullable: true }) lastCheckedAt: Date | null;
  /** When the watch looks next; null while it does not. */
  @Column('timestamptz', { name: 'next_check_at', nullable: true }) nextCheckAt: Date | null;
  @Column('uuid', { name: 'check_lease_token', nullable: true }) checkLeaseToken: string | null;
  @Column('timestamptz', { name: 'check_lease_until', nullable: true }) checkLeaseUntil: Date | null;
  @Column('uuid', { name: 'created_by', nullable: true }) createdBy: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}

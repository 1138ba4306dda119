/** A tenant, as its members see it. */
export interface Organization {
  id: string;
  name: string;
  slug: string;
}

/**
 * How reads of credentials reach the audit trail: `durable`, on disk before the program is answered, or
 * `write_behind`, within moments and lost when the process is killed in between.
 */
export const AUDIT_OF_READS = ['durable', 'write_behind'] as const;
export type AuditOfReads = (typeof AUDIT_OF_READS)[number];

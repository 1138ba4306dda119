import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { AuditOfReads } from './organization.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** How long a setting is believed without asking the database. */
const LIFETIME_MS = 5000;

/** Settings that calls of programs ask for, kept for a moment. */
@Injectable()
export class OrganizationSettings {
  private readonly auditOfReadsOf: LRUCache<string, AuditOfReads>;

  constructor(repository: OrganizationsRepository) {
    this.auditOfReadsOf = new LRUCache({
      max: 10_000,
      ttl: LIFETIME_MS,
      fetchMethod: async (organizationId) => (await repository.find(organizationId))?.audit_of_reads,
    });
  }

  /** At once while it is known. */
  auditOfReads(organizationId: string): AuditOfReads | Promise<AuditOfReads> {
    return (
      this.auditOfReadsOf.get(organizationId) ??
      this.auditOfReadsOf.fetch(organizationId).then((found) => found ?? 'durable')
    );
  }

  forget(organizationId: string): void {
    this.auditOfReadsOf.delete(organizationId);
  }
}

import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Database } from '../database/database.js';
import type { OrganizationDetailsDto, UpdateOrganizationDto } from './organization.dto.js';
import { OrganizationSettings } from './organization-settings.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** The caller's own organisation and its settings. */
@Injectable()
export class OrganizationsService {
  constructor(
    private readonly repository: OrganizationsRepository,
    private readonly settings: OrganizationSettings,
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND for every organisation but the session's */
  async get(actor: Actor, id: string): Promise<{ organization: OrganizationDetailsDto }> {
    const organization = organizationOf(actor) === id ? await this.repository.find(id) : undefined;
    if (!organization) throw AppError.notFound('organisation');
    return { organization };
  }

  /** @throws AppError NOT_FOUND, VALIDATION_FAILED */
  async update(
    actor: Actor,
    id: string,
    dto: UpdateOrganizationDto,
  ): Promise<{ organization: OrganizationDetailsDto }> {
    const { organization } = await this.get(actor, id);
    const name = dto.name?.trim() ?? organization.name;
    const auditOfReads = dto.audit_of_reads ?? organization.audit_of_reads;
    const fields = [
      ...(name === organization.name ? [] : ['name']),
      ...(auditOfReads === organization.audit_of_reads ? [] : ['audit_of_reads']),
    ];
    await this.database.tenant(id, async (manager) => {
      await this.repository.update(manager, id, name, auditOfReads);
      await this.audit.record(manager, id, {
        actor,
        action: 'organization.updated',
        resourceType: 'organization',
        resourceId: id,
        outcome: 'success',
        metadata: { fields, audit_of_reads: auditOfReads },
      });
    });
    this.settings.forget(id);
    return this.get(actor, id);
  }
}

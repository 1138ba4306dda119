import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, type AnyActor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import type { Pagination } from '../../common/pagination.js';
import { Database } from '../../database/database.js';
import { IntegrationReader } from '../../integrations/integration-reader.js';
import type { RepositoriesQuery, RepositoryDto, RepositorySyncDto } from './repository.dto.js';
import { RepositoriesRepository } from './repositories.repository.js';
import { RepositorySyncs } from './repository-sync.service.js';
import { RepositorySyncsRepository } from './repository-syncs.repository.js';

/** A repository that somebody may manage. */
export interface ManagedRepository {
  organizationId: string;
  integrationId: string;
  fullName: string;
}

/** The repositories that integrations reach, as they were read last. */
@Injectable()
export class RepositoriesService {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly repositories: RepositoriesRepository,
    private readonly syncs: RepositorySyncsRepository,
    private readonly syncing: RepositorySyncs,
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND */
  async list(
    actor: AnyActor,
    integrationId: string,
    { q, archived, page, per_page: perPage }: RepositoriesQuery,
  ): Promise<{ repositories: RepositoryDto[]; pagination: Pagination; sync: RepositorySyncDto | null }> {
    const { organization_id: organizationId } = await this.reader.require(actor, integrationId);
    const filter = { q, archived: archived === undefined ? undefined : archived === 'true', page, perPage };
    const { rows, total } = await this.repositories.list(organizationId, integrationId, filter);
    return {
      repositories: rows,
      pagination: { total, page, per_page: perPage },
      sync: await this.syncs.find({ organizationId, integrationId }),
    };
  }

  /**
   * Has them read anew, in the background.
   * @throws AppError NOT_FOUND, CONFLICT when it has none or is disabled, REAUTHORIZATION_REQUIRED
   */
  async sync(actor: Actor, integrationId: string): Promise<{ sync: RepositorySyncDto | null }> {
    const row = await this.reader.require(actor, integrationId);
    const { organization_id: organizationId, name, status } = row;
    if (row.integration_type_id !== 'github')
      throw new AppError('CONFLICT', `“${name}” has nothing to sync: only GitHub integrations do.`);
    if (status === 'disabled')
      throw new AppError('CONFLICT', `“${name}” is disabled. Enable it, then sync it.`);
    if (status === 'needs_reauth')
      throw new AppError(
        'REAUTHORIZATION_REQUIRED',
        `“${name}” must be authorised again before it can be synced.`,
      );
    const key = { organizationId, integrationId };
    await this.database.tenant(organizationId, async (manager) => {
      await this.syncing.request(manager, key);
      await this.audit.record(manager, organizationId, {
        actor,
        action: 'repositories.sync_requested',
        resourceType: 'integration',
        resourceId: integrationId,
        outcome: 'success',
      });
    });
    return { sync: await this.syncs.find(key) };
  }

  /**
   * A repository, for who may manage those of its integration.
   * @throws AppError NOT_FOUND, FORBIDDEN
   */
  async requireManaged(actor: Actor, repositoryId: string): Promise<ManagedRepository> {
    const organizationId = organizationOf(actor);
    const found = await this.repositories.find(organizationId, repositoryId);
    if (!found) throw AppError.notFound('repository');
    const { integrationId, fullName } = found;
    try {
      await this.reader.requirePermitted(actor, 'repositories:manage', integrationId);
    } catch (error) {
      // Whose integration is not theirs to see has no repositories for them.
      if (error instanceof AppError && error.code === 'NOT_FOUND') throw AppError.notFound('repository');
      throw error;
    }
    return { organizationId, integrationId, fullName };
  }
}

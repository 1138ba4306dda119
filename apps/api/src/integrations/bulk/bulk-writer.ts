import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, organizationOf } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { JobQueue } from '../../jobs/job-queue.js';
import type { IntegrationName } from '../integrations.repository.js';
import { BulkOperationsRepository } from './bulk-operations.repository.js';
import type { StartBulkDto } from './bulk.dto.js';

export const BULK_QUEUE = 'integrations.bulk';

/** The rows of an operation, its job and its audit row, in one transaction. */
@Injectable()
export class BulkWriter {
  constructor(
    private readonly repository: BulkOperationsRepository,
    private readonly jobs: JobQueue,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async write(
    manager: EntityManager,
    actor: Actor,
    id: string,
    { action, team_ids: teamIds, filter }: StartBulkDto,
    chosen: IntegrationName[],
  ): Promise<void> {
    const organizationId = organizationOf(actor);
    const operation = {
      id,
      action,
      parameters: { team_ids: teamIds, session_id: actor.sessionId, origin: actor.origin },
      created_by: actor.userId,
      created_at: this.clock.date(),
    };
    const items = chosen.map((one) => ({ integration_id: one.id, name: one.name }));
    await this.repository.insert(manager, organizationId, operation, items);
    await this.jobs.send(BULK_QUEUE, {}, { manager });
    await this.audit.record(manager, organizationId, {
      actor,
      action: 'integrations.bulk_started',
      resourceType: 'bulk_operation',
      resourceId: id,
      outcome: 'success',
      metadata: {
        action,
        integrations: items.length,
        by: filter ? 'filter' : 'ids',
        ...(teamIds ? { team_ids: teamIds } : {}),
      },
    });
  }
}

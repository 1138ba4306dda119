import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { Clock } from '../../common/clock.js';
import { WithMessage } from '../../common/envelope.js';
import { Database } from '../../database/database.js';
import { type BulkOperation, BulkOperationsRepository } from './bulk-operations.repository.js';
import type { BulkOperationDetailsDto, BulkOperationDto, StartBulkDto } from './bulk.dto.js';
import { BulkStart } from './bulk-start.js';

const KEPT_MS = 30 * 86_400_000;

export function toBulkDto(operation: BulkOperation): BulkOperationDto {
  const { id, action, status, total, done, failed, skipped, created_at, finished_at } = operation;
  return { id, action, status, total, done, failed, skipped, created_at, finished_at };
}

/** Work on many integrations at once: asked for, followed and cancelled here; `BulkRunner` carries it out. */
@Injectable()
export class BulkOperationsService {
  constructor(
    private readonly repository: BulkOperationsRepository,
    private readonly starting: BulkStart,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError VALIDATION_FAILED, NOT_FOUND for an id that the caller may not see, CONFLICT for a used key */
  async start(
    actor: Actor,
    dto: StartBulkDto,
    idempotencyKey?: string,
  ): Promise<WithMessage<{ bulk_operation: BulkOperationDto }>> {
    const { id, isNew } = await this.starting.start(actor, dto, idempotencyKey);
    const operation = await this.require(actor, id);
    return new WithMessage(
      { bulk_operation: toBulkDto(operation) },
      isNew
        ? `It is being done in the background, for ${operation.total} integration${operation.total === 1 ? '' : 's'}.`
        : 'This request was carried out before; nothing was begun again.',
    );
  }

  /** @throws AppError NOT_FOUND */
  async get(actor: Actor, id: string): Promise<{ bulk_operation: BulkOperationDetailsDto }> {
    const operation = await this.require(actor, id);
    const items = await this.repository.items(operation.organization_id, id);
    return { bulk_operation: { ...toBulkDto(operation), items } };
  }

  /** Twice is as once. @throws AppError NOT_FOUND, CONFLICT when it is over */
  async cancel(actor: Actor, id: string): Promise<{ bulk_operation: BulkOperationDto }> {
    const { organization_id: organizationId } = await this.require(actor, id);
    await this.database.tenant(organizationId, async (manager) => {
      const stopped = await this.repository.stop(manager, organizationId, id, {
        status: 'cancelled',
        message: 'It was cancelled before this one began.',
        at: this.clock.date(),
      });
      if (stopped) await this.record(manager, actor, id);
    });
    const operation = await this.require(actor, id);
    if (operation.status !== 'cancelled')
      throw new AppError('CONFLICT', 'It is over already; there is nothing left to cancel.');
    return { bulk_operation: toBulkDto(operation) };
  }

  /** Forgets those that are older than 30 days. */
  purge(): Promise<void> {
    return this.repository.purge(new Date(this.clock.now() - KEPT_MS));
  }

  /** Of who began it, and of admins: it names integrations that others may not see. */
  private async require(actor: Actor, id: string): Promise<BulkOperation> {
    const operation = await this.repository.find(organizationOf(actor), id);
    if (!operation || (operation.created_by !== actor.userId && actor.role !== 'org_admin'))
      throw AppError.notFound('bulk operation');
    return operation;
  }

  private record(manager: EntityManager, actor: Actor, id: string): Promise<void> {
    return this.audit.record(manager, organizationOf(actor), {
      actor,
      action: 'integrations.bulk_cancelled',
      resourceType: 'bulk_operation',
      resourceId: id,
      outcome: 'success',
    });
  }
}

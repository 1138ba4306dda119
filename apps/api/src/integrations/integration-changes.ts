import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Actor, SystemActor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import type { Integration } from './integration.entity.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LiveConnections } from './credentials/live-connections.js';

/** A row of the audit trail about an integration. */
export interface IntegrationAudit {
  action: string;
  outcome?: 'success' | 'failure' | 'blocked';
  metadata?: Record<string, unknown>;
}

/** @returns more of the audit row's metadata. */
type Work = (
  manager: EntityManager,
  now: Date,
  current: Integration,
) => Promise<Record<string, unknown> | void>;

/** Transactions around one integration: it is locked first, and what happened is written to the audit trail last. */
@Injectable()
export class IntegrationChanges {
  constructor(
    private readonly database: Database,
    private readonly repository: IntegrationsRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly live: LiveConnections,
  ) {}

  /** Makes an integration and what belongs to it. */
  create(
    actor: Actor | SystemActor,
    integration: Integration,
    audit: IntegrationAudit,
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    return this.database.tenant(integration.organizationId, async (manager) => {
      await work(manager);
      await this.record(manager, actor, integration, audit);
    });
  }

  /** Changes an integration. @throws AppError NOT_FOUND when it was deleted meanwhile. */
  change(
    actor: Actor,
    organizationId: string,
    id: string,
    audit: IntegrationAudit,
    work: Work,
  ): Promise<void> {
    return this.locked(organizationId, id, async (manager, now, current) => {
      if (!current) throw AppError.notFound('integration');
      const more = await work(manager, now, current);
      await this.record(manager, actor, current, { ...audit, metadata: { ...audit.metadata, ...more } });
    });
  }

  /** Runs with the integration locked; null when it is gone. */
  locked<T>(
    organizationId: string,
    id: string,
    work: (manager: EntityManager, now: Date, current: Integration | null) => Promise<T>,
  ): Promise<T> {
    return this.database
      .tenant(organizationId, async (manager) =>
        work(manager, this.clock.date(), await this.repository.lock(manager, organizationId, id)),
      )
      .finally(() => this.live.changed(organizationId, id));
  }

  now(): Date {
    return this.clock.date();
  }

  /** It was changed in a transaction of somebody else's. */
  announce(organizationId: string, id: string): void {
    this.live.changed(organizationId, id);
  }

  /** The last statement of its transaction. */
  record(
    manager: EntityManager,
    actor: Actor | SystemActor,
    { organizationId, id }: Pick<Integration, 'organizationId' | 'id'>,
    { action, outcome = 'success', metadata }: IntegrationAudit,
  ): Promise<void> {
    return this.audit.record(manager, organizationId, {
      actor,
      action,
      resourceType: 'integration',
      resourceId: id,
      outcome,
      metadata,
    });
  }
}

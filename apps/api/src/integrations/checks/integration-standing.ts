import { Injectable } from '@nestjs/common';
import { defaultHint, type FailureKind } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import type { Actor, SystemActor } from '../../common/actor.js';
import { newId } from '../../common/new-id.js';
import { CredentialsService } from '../../tokens/credentials.service.js';
import { ActivityRepository, type LogEntry } from '../activity.repository.js';
import { CheckSchedule } from './check-schedule.js';
import { IntegrationChanges } from '../integration-changes.js';
import type { Integration } from '../integration.entity.js';
import { IntegrationEvents } from '../integration-events.js';
import { IntegrationsRepository } from '../integrations.repository.js';

/** What the service said of an integration without being asked, such as by a webhook. */
export interface Told {
  /** Who writes it down. */
  actor: Actor | SystemActor;
  /** In the log and the audit trail. */
  action: string;
  message: string;
}

/** Why it cannot be used. */
export interface Breakdown extends Told {
  status: 'error' | 'needs_reauth';
  kind: FailureKind;
  hint?: string;
}

/** How integrations stand, where somebody else than a test has found out. */
@Injectable()
export class IntegrationStanding {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
    private readonly events: IntegrationEvents,
    private readonly schedule: CheckSchedule,
  ) {}

  /** Writes to its log, in a transaction of the caller's. */
  note(manager: EntityManager, organizationId: string, id: string, entry: LogEntry): Promise<void> {
    return this.activity.log(manager, organizationId, id, this.schedule.now(), entry);
  }

  /**
   * It cannot be used: what was derived from its credential is given to nobody any more, and whoever is to know is told.
   * @param also is written with it
   */
  breakDown(
    organizationId: string,
    id: string,
    told: Breakdown,
    also: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    return this.change(organizationId, id, told, 'failure', also, async (manager, now, current) => {
      const { status, kind, message: reason, hint = defaultHint(kind) } = told;
      const failure = {
        ok: false,
        kind,
        reason,
        hint,
        message: reason,
        responseTimeMs: 0,
        credentialRefused: true,
      } as const;
      await this.repository.update(manager, organizationId, id, {
        status,
        errorCode: kind,
        errorMessage: reason,
        errorHint: hint,
        ...(status === current.status ? {} : { statusChangedAt: now }),
        nextCheckAt: status === 'needs_reauth' ? null : this.schedule.next(failure, 1, current.config),
        updatedAt: now,
      });
      if (current.status === status) return;
      await this.activity.openIncident(manager, organizationId, id, {
        at: now,
        errorCode: kind,
        message: reason,
      });
      await this.events.publish(manager, {
        event_id: newId(),
        organization_id: organizationId,
        integration_id: id,
        change: status === 'error' ? 'failed' : 'needs_reauth',
        reason,
        hint,
      });
    });
  }

  /** It may work again: the watch looks at once. */
  recheck(
    organizationId: string,
    id: string,
    told: Told,
    also: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    return this.change(organizationId, id, told, 'success', also, async (manager, now, current) => {
      await this.repository.update(manager, organizationId, id, {
        ...(current.status === 'needs_reauth' ? { status: 'pending', statusChangedAt: now } : {}),
        nextCheckAt: now,
        updatedAt: now,
      });
      await this.events.wakeWatch(manager);
    });
  }

  /** What is disabled stays so; that something happened is written down all the same. */
  private change(
    organizationId: string,
    id: string,
    { actor, action, message }: Told,
    status: 'success' | 'failure',
    also: (manager: EntityManager) => Promise<void>,
    work: (manager: EntityManager, now: Date, current: Integration) => Promise<void>,
  ): Promise<void> {
    return this.transactions.locked(organizationId, id, async (manager, now, current) => {
      if (!current) return;
      await also(manager);
      await this.credentials.supersede(manager, organizationId, id);
      if (current.status !== 'disabled') await work(manager, now, current);
      await this.activity.log(manager, organizationId, id, now, { action, status, message });
      await this.transactions.record(manager, actor, current, { action: `integration.${action}` });
    });
  }
}

import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { JobQueue } from '../jobs/job-queue.js';
import { AfterConnect } from './after-connect.js';
import type { Integration } from './integration.entity.js';

/** An integration broke, must be authorised again, or works again. */
export interface IntegrationChanged {
  event_id: string;
  organization_id: string;
  integration_id: string;
  change: 'failed' | 'recovered' | 'needs_reauth';
  /** Why and what to do, in our own words; not for `recovered`. */
  reason?: string;
  hint?: string;
}

/** Names of queues that other modules consume. */
export const CHANGED_QUEUE = 'integrations.changed';
export const DUE_QUEUE = 'integrations.due';

/** Tells the modules above of what happened here, without knowing them. */
@Injectable()
export class IntegrationEvents implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: JobQueue,
    private readonly afterConnect: AfterConnect,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(CHANGED_QUEUE, { retryLimit: 10, retryDelay: 5, retryBackoff: true });
    await this.jobs.declare(DUE_QUEUE, { retryLimit: 0, expireInSeconds: 300, deleteAfterSeconds: 3600 });
  }

  /** Goes out when the transaction commits. */
  async publish(manager: EntityManager, event: IntegrationChanged): Promise<void> {
    await this.jobs.send(CHANGED_QUEUE, event, { manager });
  }

  /** The service accepted its credential, and said this of the account. */
  async accepted(
    manager: EntityManager,
    { organizationId, id, integrationTypeId, authMode }: Integration,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.afterConnect.tell(manager, {
      organizationId,
      integrationId: id,
      typeId: integrationTypeId,
      authMode,
      cause: 'test',
      details,
    });
  }

  /** Something is due now: the watch need not wait for its next tick. */
  async wakeWatch(manager: EntityManager): Promise<void> {
    await this.jobs.send(DUE_QUEUE, {}, { manager });
  }
}

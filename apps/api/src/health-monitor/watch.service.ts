import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { DueIntegrations, type DueIntegration } from '../integrations/checks/due-integrations.js';
import { DUE_QUEUE } from '../integrations/integration-events.js';
import { JobQueue } from '../jobs/job-queue.js';
import type { Claimed } from '../jobs/rounds.js';
import { ScheduledRounds } from '../jobs/scheduled-rounds.js';
import { RecoveryService } from './recovery.service.js';

const TICK_MS = 5000;
/** One organisation alone gets three quarters of the places: services of its own that hang hold up nobody else's. */
const SHARE = { among: ({ organizationId }: DueIntegration) => organizationId, multiple: 3 };

/**
 * The watch. A tick on every replica asks for a round and the queue makes it one; a round takes what is due, a
 * bounded number at once, until nothing is. Each integration is held by a lease while it is checked, so rounds of
 * several replicas share the work, and what a killed one held is due again when the lease ends.
 */
@Injectable()
export class WatchService extends ScheduledRounds<DueIntegration> {
  private readonly logger = new Logger('Watch');

  constructor(
    jobs: JobQueue,
    private readonly due: DueIntegrations,
    private readonly recovery: RecoveryService,
    environment: Environment,
  ) {
    super(jobs, {
      queue: DUE_QUEUE,
      tickMs: TICK_MS,
      places: environment.healthCheckConcurrency,
      fairly: SHARE,
    });
  }

  protected async claim(limit: number, full: string[]): Promise<Claimed<DueIntegration>> {
    const items = await this.due.claim(limit, full);
    return { items, exhausted: items.length < limit };
  }

  /** One that cannot be checked stops nobody else; its lease ends by itself and it is tried again. */
  protected async carryOut(integration: DueIntegration): Promise<void> {
    try {
      await this.due.check(integration, (failed) => this.recovery.afterFailure(failed));
    } catch (error) {
      this.logger.error(
        `Integration ${integration.integrationId} could not be checked: ${(error as Error).stack ?? String(error)}`,
      );
    }
  }
}

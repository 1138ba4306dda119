import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Environment } from '../config/environment.js';
import { DueIntegrations, type DueIntegration } from '../integrations/checks/due-integrations.js';
import { DUE_QUEUE } from '../integrations/integration-events.js';
import { JobQueue } from '../jobs/job-queue.js';
import { ScheduledRounds } from '../jobs/scheduled-rounds.js';
import { RecoveryService } from './recovery.service.js';

const TICK_MS = 5000;

/**
 * The watch. A tick on every replica asks for a round and the queue makes it one; a round takes what is due, a
 * bounded number at once, until nothing is. Each integration is held by a lease while it is checked, so rounds of
 * several replicas share the work, and what a killed one held is due again when the lease ends.
 */
@Injectable()
export class WatchService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Watch');
  private readonly rounds: ScheduledRounds<DueIntegration>;

  constructor(
    jobs: JobQueue,
    private readonly due: DueIntegrations,
    private readonly recovery: RecoveryService,
    environment: Environment,
  ) {
    this.rounds = new ScheduledRounds(
      jobs,
      { queue: DUE_QUEUE, tickMs: TICK_MS },
      {
        places: environment.healthCheckConcurrency,
        claim: async (limit) => {
          const items = await due.claim(limit);
          return { items, exhausted: items.length < limit };
        },
        carryOut: (integration) => this.check(integration),
      },
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.rounds.begin();
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.rounds.tick();
  }

  /** Begins a check of everything that is due. */
  round(signal: AbortSignal): Promise<void> {
    return this.rounds.round(signal);
  }

  /** Resolves when no check is under way. */
  settled(): Promise<void> {
    return this.rounds.settled();
  }

  /** The database closes after this; no check takes longer than its limit. */
  async onModuleDestroy(): Promise<void> {
    await this.rounds.stop();
  }

  /** One that cannot be checked stops nobody else; its lease ends by itself and it is tried again. */
  private async check(integration: DueIntegration): Promise<void> {
    try {
      await this.due.check(integration, (failed) => this.recovery.afterFailure(failed));
    } catch (error) {
      this.logger.error(
        `Integration ${integration.integrationId} could not be checked: ${(error as Error).stack ?? String(error)}`,
      );
    }
  }
}

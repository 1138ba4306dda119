import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Environment } from '../../config/environment.js';
import { JobQueue } from '../../jobs/job-queue.js';
import { Rounds } from '../../jobs/rounds.js';
import { BulkWork, type HeldOperation } from './bulk-work.js';
import { BULK_QUEUE } from './bulk-writer.js';

/** Takes up what a killed process left behind. */
const TICK_MS = 10_000;
const AT_ONCE = 4;
/** One organisation alone gets half of the places. */
const SHARE = { among: (operation: HeldOperation) => operation.organization_id, multiple: 1 };

/**
 * Carries out bulk operations in the background. A job wakes a process as soon as there is one and a tick finds what
 * nobody works on; a lease keeps two processes from working on the same.
 */
@Injectable()
export class BulkRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Bulk');
  private readonly stopping = new AbortController();
  private readonly rounds: Rounds<HeldOperation>;

  constructor(
    private readonly jobs: JobQueue,
    private readonly work: BulkWork,
    private readonly environment: Environment,
  ) {
    this.rounds = new Rounds({
      places: AT_ONCE,
      fairly: SHARE,
      claim: async (limit, full) => {
        const items = await work.claim(limit, full);
        return { items, exhausted: items.length < limit };
      },
      carryOut: (operation) => this.carryOut(operation),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(BULK_QUEUE, { retryLimit: 0, expireInSeconds: 300, deleteAfterSeconds: 3600 });
    await this.jobs.work(BULK_QUEUE, (_, { signal }) => this.round(signal));
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (!this.environment.runsJobs) return;
    try {
      await this.round(this.stopping.signal);
    } catch (error) {
      // The database is away; the next tick tries again.
      this.logger.warn(`Bulk operations could not be looked for: ${(error as Error).message}`);
    }
  }

  /** Begins what waits, as far as there are places. */
  round(signal: AbortSignal): Promise<void> {
    return this.rounds.round(signal);
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.rounds.settled();
  }

  /** What is under way ends with the integrations that were begun, and another process goes on. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.rounds.stop();
  }

  private async carryOut(operation: HeldOperation): Promise<void> {
    try {
      await this.work.carryOut(operation, this.stopping.signal);
    } catch (error) {
      this.logger.error(
        `Bulk operation ${operation.id} stopped and is taken up again: ${(error as Error).stack ?? String(error)}`,
      );
    }
  }
}

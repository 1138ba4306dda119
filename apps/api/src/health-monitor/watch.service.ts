import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Environment } from '../config/environment.js';
import { DueIntegrations, type DueIntegration } from '../integrations/due-integrations.js';
import { DUE_QUEUE } from '../integrations/integration-events.js';
import { JobQueue } from '../jobs/job-queue.js';

const TICK_MS = 5000;
/** A round ends after this even when more is due; the next tick goes on. */
const ROUND_LIMIT_MS = 120_000;

/**
 * The watch. A tick on every replica asks for a round and the queue makes it one; a round takes what is due, a
 * bounded number at once, until nothing is. Each integration is held by a lease while it is checked, so rounds of
 * several replicas share the work, and what a killed one held is due again when the lease ends.
 */
@Injectable()
export class WatchService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Watch');

  constructor(
    private readonly jobs: JobQueue,
    private readonly due: DueIntegrations,
    private readonly environment: Environment,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.work(DUE_QUEUE, (_, { signal }) => this.round(signal));
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (!this.environment.runsJobs) return;
    try {
      await this.jobs.send(DUE_QUEUE, {}, { onceInSeconds: TICK_MS / 1000 });
    } catch (error) {
      // The database is away; the next tick tries again.
      this.logger.warn(`No round could be asked for: ${(error as Error).message}`);
    }
  }

  /** Checks everything that is due; a slow provider holds up one place and not the others. */
  async round(signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ROUND_LIMIT_MS)]);
    const running = new Set<Promise<void>>();
    for (;;) {
      const free = this.environment.healthCheckConcurrency - running.size;
      const claimed = deadline.aborted ? [] : await this.due.claim(free);
      for (const integration of claimed) {
        const check = this.check(integration).finally(() => running.delete(check));
        running.add(check);
      }
      if (running.size === 0) return;
      // Places that came free while it was claiming are filled before it waits for those that may hang.
      const moreDue = claimed.length > 0 && claimed.length === free;
      if (moreDue && running.size < this.environment.healthCheckConcurrency) continue;
      await Promise.race(running);
    }
  }

  /** One that cannot be checked stops nobody else; its lease ends by itself and it is tried again. */
  private async check(integration: DueIntegration): Promise<void> {
    try {
      await this.due.check(integration);
    } catch (error) {
      this.logger.error(
        `Integration ${integration.integrationId} could not be checked: ${(error as Error).stack ?? String(error)}`,
      );
    }
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Environment } from '../config/environment.js';
import { DueIntegrations, type DueIntegration } from '../integrations/due-integrations.js';
import { DUE_QUEUE } from '../integrations/integration-events.js';
import { JobQueue } from '../jobs/job-queue.js';

const TICK_MS = 5000;

/**
 * The watch. A tick on every replica asks for a round and the queue makes it one; a round takes what is due, a
 * bounded number at once, until nothing is. Each integration is held by a lease while it is checked, so rounds of
 * several replicas share the work, and what a killed one held is due again when the lease ends.
 */
@Injectable()
export class WatchService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Watch');
  private readonly running = new Set<Promise<void>>();
  private stopping = false;
  private claiming = false;
  private asked = false;

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

  /**
   * Begins a check of everything that is due, a bounded number at once, and waits only while all places are taken: a
   * provider that hangs holds up its own place and no round.
   */
  async round(signal: AbortSignal): Promise<void> {
    // One at a time, or two would count the same places as free; what came due meanwhile is looked for again.
    this.asked = true;
    if (this.claiming) return;
    this.claiming = true;
    try {
      while (this.asked) {
        this.asked = false;
        await this.claimAll(signal);
      }
    } finally {
      this.claiming = false;
    }
  }

  /** Resolves when no check is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** The database closes after this; no check takes longer than its limit. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.settled();
  }

  private async claimAll(signal: AbortSignal): Promise<void> {
    const places = this.environment.healthCheckConcurrency;
    while (!signal.aborted && !this.stopping) {
      const free = places - this.running.size;
      if (free <= 0) {
        await Promise.race(this.running);
        continue;
      }
      const claimed = await this.due.claim(free);
      for (const integration of claimed) this.begin(integration);
      if (claimed.length < free) return;
    }
  }

  private begin(integration: DueIntegration): void {
    const check = this.check(integration).finally(() => this.running.delete(check));
    this.running.add(check);
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

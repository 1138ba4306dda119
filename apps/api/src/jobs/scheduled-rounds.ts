import { Logger } from '@nestjs/common';
import { JobQueue } from './job-queue.js';
import { type RoundOptions, Rounds } from './rounds.js';

interface Schedule {
  queue: string;
  tickMs: number;
}

/** Rounds that are asked for by a tick on every replica, of which the queue makes one, and by whoever has work for them. */
export class ScheduledRounds<T> {
  private readonly logger = new Logger('Jobs');
  private readonly rounds: Rounds<T>;

  constructor(
    private readonly jobs: JobQueue,
    private readonly schedule: Schedule,
    options: RoundOptions<T>,
  ) {
    this.rounds = new Rounds(options);
  }

  async begin(): Promise<void> {
    const { queue } = this.schedule;
    await this.jobs.declare(queue, { retryLimit: 0, expireInSeconds: 300, deleteAfterSeconds: 3600 });
    await this.jobs.work(queue, (_, { signal }) => this.round(signal));
  }

  async tick(): Promise<void> {
    const { queue, tickMs } = this.schedule;
    if (!this.jobs.runsJobs) return;
    try {
      await this.jobs.send(queue, {}, { onceInSeconds: tickMs / 1000 });
    } catch (error) {
      // The database is away; the next tick tries again.
      this.logger.warn(`No round of ${queue} could be asked for: ${(error as Error).message}`);
    }
  }

  /** Begins everything that is due. */
  round(signal: AbortSignal): Promise<void> {
    return this.rounds.round(signal);
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.rounds.settled();
  }

  /** Takes nothing more, and resolves when what is under way has ended. */
  stop(): Promise<void> {
    return this.rounds.stop();
  }
}

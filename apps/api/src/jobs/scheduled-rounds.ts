import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { JobQueue } from './job-queue.js';
import { type Claimed, type RoundOptions, Rounds } from './rounds.js';

interface Schedule<T> extends Pick<RoundOptions<T>, 'places' | 'fairly'> {
  queue: string;
  /** How often each replica asks for a round. */
  tickMs: number;
}

/** Rounds that are asked for by a tick on every replica, of which the queue makes one, and by whoever has work for them. */
export abstract class ScheduledRounds<T> implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds<T>;
  private timer: NodeJS.Timeout | undefined;

  protected constructor(
    private readonly jobs: JobQueue,
    private readonly schedule: Schedule<T>,
  ) {
    this.rounds = new Rounds({
      places: schedule.places,
      fairly: schedule.fairly,
      claim: (limit, full) => this.claim(limit, full),
      carryOut: (item) => this.carryOut(item),
    });
  }

  /** As `Rounds` wants it. */
  protected abstract claim(limit: number, full: string[]): Promise<Claimed<T>>;
  /** As `Rounds` wants it. */
  protected abstract carryOut(item: T): Promise<void>;

  async onApplicationBootstrap(): Promise<void> {
    const { queue, tickMs } = this.schedule;
    await this.jobs.declare(queue, { retryLimit: 0, expireInSeconds: 300, deleteAfterSeconds: 3600 });
    await this.jobs.work(queue, (_, { signal }) => this.round(signal));
    this.timer = setInterval(() => void this.tick(), tickMs);
  }

  /** Begins everything that is due. */
  round(signal: AbortSignal): Promise<void> {
    return this.rounds.round(signal);
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.rounds.settled();
  }

  /** Takes nothing more. The database closes after this: what is under way is brought to its end. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.rounds.stop();
  }

  private async tick(): Promise<void> {
    const { queue, tickMs } = this.schedule;
    if (!this.jobs.runsJobs) return;
    try {
      await this.jobs.send(queue, {}, { onceInSeconds: tickMs / 1000 });
    } catch (error) {
      // The database is away; the next tick tries again.
      new Logger('Jobs').warn(`No round of ${queue} could be asked for: ${(error as Error).message}`);
    }
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock.js';
import { Database } from './database.js';

const INTERVAL_MS = 30_000;
/** A slower answer says too little of when the database looked at its clock. */
const LONGEST_ROUND_TRIP_MS = 1000;
/** What clocks are apart anyway; correcting that would only make time jump. */
const TOLERATED_MS = 1000;

/**
 * Replicas compare times that others of them wrote: the end of a token, of a session, of a lease. So all of them go by the
 * clock of the database, whatever their machines have.
 */
@Injectable()
export class ClockSynchronization implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Clock');
  private timer: NodeJS.Timeout | undefined;
  private said = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!(this.clock instanceof SystemClock)) return;
    await this.synchronize();
    this.timer = setInterval(() => void this.synchronize(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Looks once. A database that is away changes nothing: the next look is soon. */
  async synchronize(): Promise<void> {
    const { clock } = this;
    if (!(clock instanceof SystemClock)) return;
    const before = clock.machineTime();
    let databaseTime: number;
    try {
      const [row] = await this.database.query<{ at: Date }>('SELECT clock_timestamp() AS at');
      databaseTime = row!.at.getTime();
    } catch {
      return;
    }
    const after = clock.machineTime();
    if (after - before > LONGEST_ROUND_TRIP_MS) return;
    const behind = databaseTime - (before + after) / 2;
    const isApart = Math.abs(behind) > TOLERATED_MS;
    clock.correct(isApart ? Math.round(behind) : 0);
    if (isApart && !this.said) this.warn(behind);
    this.said = isApart;
  }

  private warn(behind: number): void {
    const seconds = Math.round(Math.abs(behind) / 1000);
    this.logger.warn(
      `The clock of this machine is ${seconds} s ${behind > 0 ? 'behind' : 'ahead of'} the database’s, which is gone by. Set both by NTP.`,
    );
  }
}

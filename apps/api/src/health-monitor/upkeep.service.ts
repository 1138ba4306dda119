import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';

const DAY_MS = 86_400_000;

/** Lets go of what is past its time; `before` is where the installation's retention begins. */
export type Purge = (before: Date) => Promise<void>;

/** By the name of what they purge. */
export const PURGES = Symbol('purges');

/** Makes the partitions that time will need and lets go of what is past its retention. Twice at once does no harm. */
@Injectable()
export class UpkeepService {
  private readonly logger = new Logger('Upkeep');

  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
    private readonly clock: Clock,
    @Inject(PURGES) private readonly purges: Record<string, Purge>,
  ) {}

  @Cron(CronExpression.EVERY_DAY_AT_2AM)
  async run(): Promise<void> {
    if (!this.environment.runsJobs) return;
    const days = this.environment.retentionDays;
    await this.attempt('partitions', () =>
      this.database.query('SELECT latchkey_maintain_partitions($1)', [days]),
    );
    const before = new Date(this.clock.now() - days * DAY_MS);
    for (const [name, purge] of Object.entries(this.purges)) await this.attempt(name, () => purge(before));
  }

  /** One that fails keeps nothing else; tomorrow it is tried again. */
  private async attempt(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.error(`The upkeep of ${name} failed: ${(error as Error).stack ?? String(error)}`);
    }
  }
}

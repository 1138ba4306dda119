import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { DueIntegrations } from '../integrations/due-integrations.js';
import { NotificationsService } from '../notifications/notifications.service.js';
import { UsageService } from '../usage/usage.service.js';

const DAY_MS = 86_400_000;

/** Makes the partitions that time will need and lets go of what is past its retention. Twice at once does no harm. */
@Injectable()
export class UpkeepService {
  constructor(
    private readonly database: Database,
    private readonly due: DueIntegrations,
    private readonly notifications: NotificationsService,
    private readonly usage: UsageService,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  @Cron(CronExpression.EVERY_DAY_AT_2AM)
  async run(): Promise<void> {
    if (!this.environment.runsJobs) return;
    await this.database.query('SELECT latchkey_maintain_partitions($1)', [this.environment.retentionDays]);
    await this.due.purge();
    const kept = new Date(this.clock.now() - this.environment.retentionDays * DAY_MS);
    await this.notifications.purge(kept);
    await this.usage.purge(kept);
  }
}

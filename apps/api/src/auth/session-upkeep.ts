import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { LoginFailuresService } from './login-failures.service.js';
import { SessionsRepository } from './sessions.repository.js';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;

/** Ended sessions and failed attempts are kept for thirty days. Deleting twice at once does no harm. */
@Injectable()
export class SessionUpkeep {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly failures: LoginFailuresService,
    private readonly clock: Clock,
  ) {}

  @Cron(CronExpression.EVERY_DAY_AT_3AM)
  async purge(): Promise<void> {
    const before = new Date(this.clock.now() - KEPT_DAYS * DAY_MS);
    await this.sessions.purgeEnded(before);
    await this.failures.purge(before);
  }
}

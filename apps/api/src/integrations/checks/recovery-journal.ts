import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';
import { ActivityRepository } from '../activity.repository.js';
import type { RecoveryKind, RecoveryOutcome } from './recoveries.js';

const DAY_MS = 86_400_000;
const STATUS = { recovered: 'success', failed: 'failure', reported: 'warning' } as const;

/** What was tried to mend an integration, in its activity log. */
@Injectable()
export class RecoveryJournal {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityRepository,
    private readonly clock: Clock,
  ) {}

  /** How often it was tried within a day, and whether an incident is open. */
  attempts(
    organizationId: string,
    integrationId: string,
    kind: RecoveryKind,
  ): Promise<{ isBroken: boolean; lastDay: number }> {
    const since = new Date(this.clock.now() - DAY_MS);
    return this.activity.recoveryAttempts(organizationId, integrationId, kind, since);
  }

  /** An integration that is gone meanwhile has no log either. */
  async record(
    organizationId: string,
    integrationIds: string[],
    kind: RecoveryKind,
    { outcome, message }: RecoveryOutcome,
  ): Promise<void> {
    const at = this.clock.date();
    await this.database.tenant(organizationId, async (manager) => {
      for (const id of await this.activity.existing(manager, organizationId, integrationIds)) {
        await this.activity.log(manager, organizationId, id, at, {
          action: 'recovery_attempted',
          status: STATUS[outcome],
          message,
          metadata: { recovery: kind, outcome },
        });
      }
    });
  }
}

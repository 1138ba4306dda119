import { Injectable, Logger } from '@nestjs/common';
import {
  type FailedCheck,
  Recoveries,
  type Recovery,
  type RecoveryKind,
  type RecoverySubject,
} from '../integrations/checks/recoveries.js';
import { RecoveryJournal } from '../integrations/checks/recovery-journal.js';
import { JobQueue } from '../jobs/job-queue.js';
import type { Claimed } from '../jobs/rounds.js';
import { ScheduledRounds } from '../jobs/scheduled-rounds.js';

const QUEUE = 'recoveries.due';
const TICK_MS = 60_000;
const AT_ONCE = 8;
/** One organisation alone gets half of the places: the server of its Apps may be its own, and hang. */
const SHARE = { among: ({ subject }: Due) => subject.organizationId, multiple: 1 };
/** What has to be mended more often than this within a day has another cause, which a person has to find. */
const MOST_A_DAY = 5;

interface Due {
  kind: RecoveryKind;
  schedule: NonNullable<Recovery['onSchedule']>;
  subject: RecoverySubject;
}

/**
 * Mends what can be mended without a person: after a check that failed, once for each incident, and on a schedule what
 * no check notices. Each attempt is in the integration's log and its health; there are at most five of a kind within a day.
 */
@Injectable()
export class RecoveryService extends ScheduledRounds<Due> {
  private readonly logger = new Logger('Recovery');

  constructor(
    jobs: JobQueue,
    private readonly recoveries: Recoveries,
    private readonly journal: RecoveryJournal,
  ) {
    super(jobs, { queue: QUEUE, tickMs: TICK_MS, places: AT_ONCE, fairly: SHARE });
  }

  /**
   * Tries to mend what made a check fail, unless the integration counts as broken already.
   * @returns true when something was mended, and the check should be made again.
   */
  async afterFailure(failed: FailedCheck): Promise<boolean> {
    const { organizationId, integrationId } = failed;
    for (const [kind, recovery] of this.recoveries.all()) {
      if (!recovery.afterFailure) continue;
      try {
        const { isBroken, lastDay } = await this.journal.attempts(organizationId, integrationId, kind);
        if (isBroken) return false;
        if (lastDay >= MOST_A_DAY) continue;
        const outcome = await recovery.afterFailure(failed);
        if (!outcome) continue;
        await this.journal.record(organizationId, [integrationId], kind, outcome);
        if (outcome.outcome === 'recovered') return true;
      } catch (error) {
        this.logger.error(
          `Recovery of integration ${integrationId} (${kind}) failed: ${(error as Error).stack ?? String(error)}`,
        );
      }
    }
    return false;
  }

  protected async claim(limit: number, full: string[]): Promise<Claimed<Due>> {
    const items: Due[] = [];
    for (const [kind, { onSchedule: schedule }] of this.recoveries.all()) {
      if (!schedule || items.length >= limit) continue;
      const subjects = await schedule.claim(limit - items.length, full);
      items.push(...subjects.map((subject) => ({ kind, schedule, subject })));
    }
    return { items, exhausted: items.length < limit };
  }

  protected async carryOut({ kind, schedule, subject }: Due): Promise<void> {
    const { organizationId, integrationIds } = subject;
    try {
      const outcome = await schedule.look(subject, await this.mayMend(kind, subject));
      if (outcome) await this.journal.record(organizationId, integrationIds, kind, outcome);
    } catch (error) {
      this.logger.error(
        `Looking after ${kind} ${subject.id} failed: ${(error as Error).stack ?? String(error)}`,
      );
    }
  }

  /** What concerns several integrations is in the log of each. */
  private async mayMend(
    kind: RecoveryKind,
    { organizationId, integrationIds }: RecoverySubject,
  ): Promise<boolean> {
    const [first] = integrationIds;
    if (first === undefined) return true;
    return (await this.journal.attempts(organizationId, first, kind)).lastDay < MOST_A_DAY;
  }
}

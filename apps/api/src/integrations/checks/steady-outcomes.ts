import { Injectable } from '@nestjs/common';
import { AfterConnect } from '../after-connect.js';
import { CheckSchedule } from './check-schedule.js';
import type { TestOutcome } from './connection-tester.js';
import type { CheckedConnection } from './outcome-recorder.js';
import { SteadyChecksRepository } from './steady-checks.repository.js';

/**
 * What nearly every check finds: it works, as it did before. That is one statement, where the recorder has to look at
 * everything that could follow from an outcome.
 */
@Injectable()
export class SteadyOutcomes {
  constructor(
    private readonly repository: SteadyChecksRepository,
    private readonly schedule: CheckSchedule,
    private readonly afterConnect: AfterConnect,
  ) {}

  /** @returns false when it is not that, and for the recorder. */
  async record(checked: CheckedConnection, outcome: TestOutcome, leaseToken: string): Promise<boolean> {
    if (!outcome.ok || checked.credentialVersion === null) return false;
    const { organizationId, integrationId, credentialVersion, config } = checked;
    const [credentialId, revision] = credentialVersion.split('/') as [string, string];
    return this.repository.record({
      organizationId,
      integrationId,
      leaseToken,
      credentialId,
      revision: Number(revision),
      config,
      at: this.schedule.now(),
      next: this.schedule.next(outcome, 0, config),
      responseMs: outcome.responseTimeMs,
      message: outcome.message,
      details: outcome.details,
      exceptTypes: this.afterConnect.types,
    });
  }
}

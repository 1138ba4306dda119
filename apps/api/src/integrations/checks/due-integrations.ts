import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';
import { IntegrationsRepository } from '../integrations.repository.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import type { FailedCheck } from './recoveries.js';
import { SavedConnections } from './saved-connections.js';
import { SteadyOutcomes } from './steady-outcomes.js';

/** Longer than any check may take: an integration is never checked twice at once, and a killed check is taken up again. */
const LEASE_MS = 90_000;

/** An integration that is due, held by whoever has the token until the lease ends. */
export interface DueIntegration {
  organizationId: string;
  integrationId: string;
  leaseToken: string;
}

/** What the watch needs of integrations: which are due, and how one is doing. */
@Injectable()
export class DueIntegrations {
  constructor(
    private readonly database: Database,
    private readonly repository: IntegrationsRepository,
    private readonly saved: SavedConnections,
    private readonly recorder: OutcomeRecorder,
    private readonly steady: SteadyOutcomes,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes up to `limit` integrations, those that waited longest first. Replicas take different ones. Nobody waits for the
   * disk: a lease that a crash of the database takes back was nobody's any more.
   * @param except organisations that have as many under way as they may
   */
  async claim(limit: number, except: string[]): Promise<DueIntegration[]> {
    const now = this.clock.date();
    const leaseToken = randomUUID();
    const rows = await this.database.asSystem<{ organization_id: string; id: string }>(
      `WITH due AS (
         SELECT organization_id, id FROM integrations
         WHERE next_check_at <= $1 AND (check_lease_until IS NULL OR check_lease_until <= $1)
           AND organization_id <> ALL ($5::uuid[])
         ORDER BY next_check_at LIMIT $2 FOR UPDATE SKIP LOCKED
       )
       UPDATE integrations i SET check_lease_token = $3, check_lease_until = $4
       FROM due, (SELECT set_config('synchronous_commit', 'off', true)) AS at_ease
       WHERE i.organization_id = due.organization_id AND i.id = due.id
       RETURNING i.organization_id, i.id`,
      [now, limit, leaseToken, new Date(now.getTime() + LEASE_MS), except],
    );
    return rows.map((row) => ({ organizationId: row.organization_id, integrationId: row.id, leaseToken }));
  }

  /**
   * Tries the connection and records how it went; the lease ends with it.
   * @param recover is told of a failure before it counts; true: something was mended, and it is tried once more.
   */
  async check(
    { organizationId, integrationId, leaseToken }: DueIntegration,
    recover: (failed: FailedCheck) => Promise<boolean> = async () => false,
  ): Promise<void> {
    const since = this.clock.date();
    let { outcome, ...tried } = await this.saved.test(organizationId, integrationId, 'health');
    if (!outcome.ok && (await recover({ organizationId, integrationId, failure: outcome, since })))
      ({ outcome, ...tried } = await this.saved.test(organizationId, integrationId, 'health'));
    const checked = { organizationId, integrationId, ...tried };
    if (await this.steady.record(checked, outcome, leaseToken)) return;
    await this.recorder.record(checked, outcome, { kind: 'watch', leaseToken });
  }

  /** The name people gave it and how it stands; null when it was deleted. */
  async describe(organizationId: string, integrationId: string) {
    return this.repository.load(organizationId, integrationId);
  }
}

import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../common/actor.js';
import { type CredentialStanding, CredentialsService } from '../../tokens/credentials.service.js';
import { ActivityRepository } from '../activity.repository.js';
import { CheckSchedule } from './check-schedule.js';
import type { TestOutcome } from './connection-tester.js';
import { IncidentReporter } from './incident-reporter.js';
import { type IntegrationAudit, IntegrationChanges } from '../integration-changes.js';
import type { Integration } from '../integration.entity.js';
import { IntegrationsRepository } from '../integrations.repository.js';

/** Who asked for the test whose outcome is recorded. */
export type CheckSource = { kind: 'person'; actor: Actor } | { kind: 'watch'; leaseToken: string };

export interface CheckedConnection {
  organizationId: string;
  integrationId: string;
  /** The version of the credential that was tried; null when there was none. */
  credentialVersion: string | null;
  /** The settings that it was tried with. */
  config: Record<string, FieldValue>;
}

/** What is recorded, and of what. */
interface Applied {
  outcome: TestOutcome;
  source: CheckSource;
  standing: CredentialStanding | null;
  now: Date;
}

const RELEASED = { checkLeaseToken: null, checkLeaseUntil: null };

/** Refused tokens need a new consent, and other trouble does not take that back. */
function statusAfter(
  { status }: Integration,
  outcome: TestOutcome,
  standing: CredentialStanding | null,
): 'active' | 'error' | 'needs_reauth' {
  if (outcome.ok) return 'active';
  const refused = outcome.credentialRefused && standing?.credentialType === 'oauth2';
  return refused || status === 'needs_reauth' ? 'needs_reauth' : 'error';
}

const errorOf = (outcome: TestOutcome) => ({
  errorCode: outcome.ok ? null : outcome.kind,
  errorMessage: outcome.ok ? null : outcome.reason,
  errorHint: outcome.ok ? null : outcome.hint,
});

/**
 * Writes how a test of a saved integration went: state, next check, log, incident and event, in one transaction.
 * An outcome that has been overtaken is dropped: the integration was deleted or disabled meanwhile, its
 * credential or settings replaced, or the watch's lease has gone to another.
 */
@Injectable()
export class OutcomeRecorder {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
    private readonly incidents: IncidentReporter,
    private readonly schedule: CheckSchedule,
  ) {}

  /** That somebody had the credential opened is in the audit trail even when the outcome is dropped. */
  async record(checked: CheckedConnection, outcome: TestOutcome, source: CheckSource): Promise<void> {
    const { organizationId, integrationId } = checked;
    await this.transactions.locked(organizationId, integrationId, async (manager, now, current) => {
      const standing = await this.credentials.standing(manager, organizationId, integrationId);
      if (current && (await this.stillApplies(manager, current, standing, checked, source))) {
        await this.apply(manager, current, { outcome, source, standing, now });
        await this.learn(manager, current, outcome, now);
      }
      if (source.kind === 'person') {
        const about = { organizationId, id: integrationId };
        await this.transactions.record(manager, source.actor, about, this.auditOf(outcome));
      }
    });
  }

  private async stillApplies(
    manager: EntityManager,
    current: Integration,
    standing: CredentialStanding | null,
    checked: CheckedConnection,
    source: CheckSource,
  ): Promise<boolean> {
    if (source.kind === 'watch' && current.checkLeaseToken !== source.leaseToken) return false;
    // Nobody has consented yet: there is nothing to check, and nothing is wrong.
    const waits = standing?.unauthorised ?? false;
    const unchanged =
      (standing?.version ?? null) === checked.credentialVersion &&
      isDeepStrictEqual(current.config, checked.config);
    if (current.status !== 'disabled' && unchanged && !waits) return true;
    if (source.kind === 'watch')
      await this.repository.update(manager, current.organizationId, current.id, {
        ...RELEASED,
        ...(waits && { nextCheckAt: null }),
      });
    return false;
  }

  /** An accepted credential is proven; of one that is refused before it was, the one before is taken back. */
  private async learn(
    manager: EntityManager,
    { organizationId, id, status }: Integration,
    outcome: TestOutcome,
    now: Date,
  ): Promise<void> {
    const event = outcome.ok ? 'proven' : outcome.credentialRefused ? 'refused' : null;
    if (!(await this.credentials.learn(manager, organizationId, id, event))) return;
    await this.activity.log(manager, organizationId, id, now, {
      action: 'credentials_restored',
      status: 'warning',
      message: 'The new credentials were refused before they had worked once; those before are back in use.',
    });
    if (status !== 'disabled')
      await this.repository.update(manager, organizationId, id, { nextCheckAt: now });
  }

  private async apply(
    manager: EntityManager,
    integration: Integration,
    { outcome, source, standing, now }: Applied,
  ): Promise<void> {
    const { organizationId, id } = integration;
    const status = statusAfter(integration, outcome, standing);
    // It waits for a person already: why it does is known better than from another refusal.
    const waits = status === 'needs_reauth' && integration.status === 'needs_reauth';
    const failures = outcome.ok ? 0 : integration.consecutiveFailures + 1;
    await this.repository.update(manager, organizationId, id, {
      status,
      ...(waits ? {} : errorOf(outcome)),
      consecutiveFailures: failures,
      responseTimeMs: outcome.responseTimeMs,
      lastCheckedAt: now,
      ...(outcome.ok ? { lastSyncAt: now } : {}),
      ...(status === integration.status ? {} : { statusChangedAt: now }),
      nextCheckAt:
        status === 'needs_reauth' ? null : this.schedule.next(outcome, failures, integration.config),
      ...(source.kind === 'watch' ? RELEASED : {}),
    });
    await this.activity.recordCheck(manager, organizationId, id, {
      at: now,
      ok: outcome.ok,
      responseMs: outcome.responseTimeMs,
      errorCode: outcome.ok ? null : outcome.kind,
    });
    await this.activity.log(manager, organizationId, id, now, {
      action: source.kind === 'watch' ? 'health_check' : 'connection_test',
      status: outcome.ok ? 'success' : 'failure',
      message: outcome.ok ? outcome.message : outcome.reason,
      metadata: outcome.ok
        ? outcome.details
        : { kind: outcome.kind, hint: outcome.hint, status_code: outcome.statusCode },
      durationMs: outcome.responseTimeMs,
    });
    if (outcome.ok) await this.incidents.works(manager, integration, outcome, now);
    else if (status === 'needs_reauth') await this.incidents.refused(manager, integration, outcome, now);
    else if (status === 'error') await this.incidents.broke(manager, integration, status, outcome, now);
  }

  private auditOf(outcome: TestOutcome): IntegrationAudit {
    return {
      action: 'integration.tested',
      outcome: outcome.ok ? 'success' : 'failure',
      metadata: { credential_opened: true, ...(outcome.ok ? {} : { kind: outcome.kind }) },
    };
  }
}

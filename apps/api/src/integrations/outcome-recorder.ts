import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import type { EntityManager } from 'typeorm';
import { CredentialsService } from '../tokens/credentials.service.js';
import { ActivityRepository } from './activity.repository.js';
import { secondsToNextCheck } from './check-schedule.js';
import type { TestOutcome } from './connection-tester.js';
import type { Integration, IntegrationStatus } from './integration.entity.js';
import { IntegrationEvents } from './integration-events.js';
import { IntegrationsRepository } from './integrations.repository.js';

/** Who asked for the test whose outcome is recorded. */
export type CheckSource = { kind: 'person'; actor: Actor } | { kind: 'watch'; leaseToken: string };

export interface CheckedConnection {
  organizationId: string;
  integrationId: string;
  /** The credential that was tried; null when there was none that opens. */
  credentialId: string | null;
  /** The settings that it was tried with. */
  config: Record<string, FieldValue>;
}

const RELEASED = { checkLeaseToken: null, checkLeaseUntil: null };

/**
 * Writes how a test of a saved integration went: state, next check, log, incident and event, in one transaction.
 * An outcome that has been overtaken is dropped: the integration was deleted or disabled meanwhile, its
 * credential or settings replaced, or the watch's lease has gone to another.
 */
@Injectable()
export class OutcomeRecorder {
  constructor(
    private readonly repository: IntegrationsRepository,
    private readonly activity: ActivityRepository,
    private readonly credentials: CredentialsService,
    private readonly events: IntegrationEvents,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /** @returns the state after it; undefined when the outcome was dropped. */
  record(
    checked: CheckedConnection,
    outcome: TestOutcome,
    source: CheckSource,
  ): Promise<IntegrationStatus | undefined> {
    const { organizationId, integrationId } = checked;
    return this.database.tenant(organizationId, async (manager) => {
      const integration = await this.repository.lock(manager, organizationId, integrationId);
      if (!integration) return undefined;
      if (source.kind === 'watch' && integration.checkLeaseToken !== source.leaseToken) return undefined;
      const current = await this.credentials.currentId(manager, organizationId, integrationId);
      const overtaken =
        current !== checked.credentialId || !isDeepStrictEqual(integration.config, checked.config);
      if (integration.status === 'disabled' || overtaken) {
        if (source.kind === 'watch')
          await this.repository.update(manager, organizationId, integrationId, RELEASED);
        return undefined;
      }
      const status = await this.apply(manager, integration, outcome, source);
      if (current) await this.credentials.markUsed(manager, organizationId, current);
      if (source.kind === 'person')
        await this.recordAudit(manager, organizationId, integrationId, outcome, source.actor);
      return status;
    });
  }

  private async apply(
    manager: EntityManager,
    integration: Integration,
    outcome: TestOutcome,
    source: CheckSource,
  ): Promise<IntegrationStatus> {
    const { organizationId, id } = integration;
    const now = this.clock.date();
    const status: IntegrationStatus = outcome.ok ? 'active' : 'error';
    const failures = outcome.ok ? 0 : integration.consecutiveFailures + 1;
    const wait = secondsToNextCheck(outcome, failures, this.environment.healthCheckInterval, Math.random());
    await this.repository.update(manager, organizationId, id, {
      status,
      errorCode: outcome.ok ? null : outcome.kind,
      errorMessage: outcome.ok ? null : outcome.reason,
      errorHint: outcome.ok ? null : outcome.hint,
      consecutiveFailures: failures,
      responseTimeMs: outcome.responseTimeMs,
      lastCheckedAt: now,
      ...(outcome.ok ? { lastSyncAt: now } : {}),
      ...(status === integration.status ? {} : { statusChangedAt: now }),
      nextCheckAt: new Date(now.getTime() + wait * 1000),
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
    await this.tellOfChange(manager, integration, outcome, now);
    return status;
  }

  private async tellOfChange(
    manager: EntityManager,
    before: Integration,
    outcome: TestOutcome,
    at: Date,
  ): Promise<void> {
    const { organizationId, id } = before;
    if (outcome.ok) {
      if (before.status !== 'error') return;
      await this.activity.resolveIncident(manager, organizationId, id, at);
      await this.events.publish(manager, {
        event_id: uuidv7(),
        organization_id: organizationId,
        integration_id: id,
        change: 'recovered',
      });
      return;
    }
    if (before.status === 'error') return;
    await this.activity.openIncident(manager, organizationId, id, {
      at,
      errorCode: outcome.kind,
      message: outcome.reason,
    });
    await this.events.publish(manager, {
      event_id: uuidv7(),
      organization_id: organizationId,
      integration_id: id,
      change: 'failed',
      reason: outcome.reason,
      hint: outcome.hint,
    });
  }

  private recordAudit(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    outcome: TestOutcome,
    actor: Actor,
  ): Promise<void> {
    return this.audit.record(manager, organizationId, {
      actor,
      action: 'integration.tested',
      resourceType: 'integration',
      resourceId: integrationId,
      outcome: outcome.ok ? 'success' : 'failure',
      metadata: { credential_opened: true, ...(outcome.ok ? {} : { kind: outcome.kind }) },
    });
  }
}

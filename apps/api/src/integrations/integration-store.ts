import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { CredentialsService, type SealedCredential } from '../tokens/credentials.service.js';
import { ActivityRepository } from './activity.repository.js';
import type { TestFailure } from './connection-tester.js';
import type { Integration } from './integration.entity.js';
import { IntegrationEvents } from './integration-events.js';
import { IntegrationsRepository } from './integrations.repository.js';

export interface NewIntegration {
  integration: Integration;
  credential: SealedCredential;
  terms: string[];
  teamIds: string[];
  /** Details of the test that it passed; it is tested in the background when there are none. */
  tested?: { details: Record<string, unknown>; responseTimeMs: number };
}

export interface Edit {
  changes: Partial<Integration>;
  terms?: string[];
  teamIds?: string[];
  /** Names of what changed, for the audit trail. */
  fields: string[];
  /** The settings changed, so the watch should look at once. */
  checkNow: boolean;
}

type Before = (manager: EntityManager) => Promise<void>;

/** Each change of an integration with everything that belongs to it, its audit row last, in one transaction. */
@Injectable()
export class IntegrationStore {
  constructor(
    private readonly database: Database,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
    private readonly events: IntegrationEvents,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @param before runs first, in the same transaction; what it throws keeps everything from being written. */
  async create(actor: Actor, made: NewIntegration, before: Before): Promise<void> {
    const { integration, credential, tested } = made;
    const { organizationId, id } = integration;
    await this.database.tenant(organizationId, async (manager) => {
      await before(manager);
      await this.repository.insert(manager, integration);
      await this.credentials.insert(manager, credential);
      await this.repository.replaceTerms(manager, organizationId, id, made.terms);
      await this.repository.replaceTeams(manager, organizationId, id, made.teamIds);
      await this.activity.log(manager, organizationId, id, integration.createdAt, {
        action: 'created',
        status: 'success',
        message: tested
          ? 'Created after a successful connection test'
          : 'Created; the connection is tested in the background',
        metadata: tested?.details,
        durationMs: tested?.responseTimeMs,
      });
      if (tested) {
        const check = {
          at: integration.createdAt,
          ok: true,
          responseMs: tested.responseTimeMs,
          errorCode: null,
        };
        await this.activity.recordCheck(manager, organizationId, id, check);
      } else {
        await this.events.wakeWatch(manager);
      }
      await this.recordAudit(manager, actor, integration, 'integration.created', {
        integration_type_id: integration.integrationTypeId,
        fields: credential.fieldNames,
        tested: tested !== undefined,
      });
    });
  }

  /** @param plan says what changes, of the integration as it is now; what it throws keeps everything from being written. */
  async edit(
    actor: Actor,
    organizationId: string,
    id: string,
    plan: (manager: EntityManager, current: Integration) => Promise<Edit>,
  ): Promise<void> {
    await this.change(actor, organizationId, id, 'integration.updated', {}, async (manager, now, current) => {
      const edit = await plan(manager, current);
      await this.repository.update(manager, organizationId, id, {
        ...edit.changes,
        ...(edit.checkNow ? { nextCheckAt: now } : {}),
        updatedAt: now,
      });
      if (edit.terms) await this.repository.replaceTerms(manager, organizationId, id, edit.terms);
      if (edit.teamIds) await this.repository.replaceTeams(manager, organizationId, id, edit.teamIds);
      if (edit.fields.length > 0) {
        const message = `Changed: ${edit.fields.join(', ')}`;
        await this.activity.log(manager, organizationId, id, now, {
          action: 'updated',
          status: 'success',
          message,
        });
      }
      if (edit.checkNow) await this.events.wakeWatch(manager);
      return { fields: edit.fields };
    });
  }

  async enable(actor: Actor, organizationId: string, id: string): Promise<void> {
    await this.change(
      actor,
      organizationId,
      id,
      'integration.enabled',
      {},
      async (manager, now, integration) => {
        if (integration.status !== 'disabled') return;
        await this.repository.update(manager, organizationId, id, {
          status: 'pending',
          statusChangedAt: now,
          nextCheckAt: now,
          updatedAt: now,
        });
        await this.activity.log(manager, organizationId, id, now, {
          action: 'enabled',
          status: 'success',
          message: 'Enabled',
        });
        await this.events.wakeWatch(manager);
      },
    );
  }

  async disable(actor: Actor, organizationId: string, id: string): Promise<void> {
    await this.change(
      actor,
      organizationId,
      id,
      'integration.disabled',
      {},
      async (manager, now, integration) => {
        if (integration.status === 'disabled') return;
        await this.repository.update(manager, organizationId, id, {
          status: 'disabled',
          statusChangedAt: now,
          nextCheckAt: null,
          errorCode: null,
          errorMessage: null,
          errorHint: null,
          consecutiveFailures: 0,
          checkLeaseToken: null,
          checkLeaseUntil: null,
          updatedAt: now,
        });
        await this.activity.resolveIncident(manager, organizationId, id, now);
        await this.activity.log(manager, organizationId, id, now, {
          action: 'disabled',
          status: 'success',
          message: 'Disabled',
        });
      },
    );
  }

  async remove(actor: Actor, organizationId: string, id: string): Promise<void> {
    await this.change(actor, organizationId, id, 'integration.deleted', {}, (manager) =>
      this.repository.delete(manager, organizationId, id),
    );
  }

  /** The new credential takes the old one's place. */
  async replaceCredential(actor: Actor, credential: SealedCredential, authMode: string): Promise<void> {
    const { organizationId, integrationId } = credential;
    const metadata = { fields: credential.fieldNames, credential_type: credential.credentialType };
    await this.change(
      actor,
      organizationId,
      integrationId,
      'credentials.updated',
      metadata,
      async (manager, now) => {
        await this.credentials.replace(manager, credential);
        await this.repository.update(manager, organizationId, integrationId, { authMode, updatedAt: now });
        await this.activity.log(manager, organizationId, integrationId, now, {
          action: 'credentials_updated',
          status: 'success',
          message: `Credentials replaced: ${credential.fieldNames.join(', ')}`,
        });
      },
    );
  }

  /** New credentials failed their test: the old ones stay, and that it was tried is written down. */
  async refuseCredential(
    actor: Actor,
    organizationId: string,
    id: string,
    failure: TestFailure,
  ): Promise<void> {
    await this.database.tenant(organizationId, async (manager) => {
      await this.activity.log(manager, organizationId, id, this.clock.date(), {
        action: 'credentials_refused',
        status: 'warning',
        message: `New credentials were not kept: ${failure.reason}`,
        metadata: { kind: failure.kind, hint: failure.hint, status_code: failure.statusCode },
        durationMs: failure.responseTimeMs,
      });
      await this.audit.record(manager, organizationId, {
        actor,
        action: 'credentials.updated',
        resourceType: 'integration',
        resourceId: id,
        outcome: 'failure',
        metadata: { kind: failure.kind },
      });
    });
  }

  private async change(
    actor: Actor,
    organizationId: string,
    id: string,
    action: string,
    metadata: Record<string, unknown>,
    work: (
      manager: EntityManager,
      now: Date,
      integration: Integration,
    ) => Promise<Record<string, unknown> | void>,
  ): Promise<void> {
    await this.database.tenant(organizationId, async (manager) => {
      const integration = await this.repository.lock(manager, organizationId, id);
      if (!integration) throw AppError.notFound('integration');
      const more = await work(manager, this.clock.date(), integration);
      await this.recordAudit(manager, actor, integration, action, { ...metadata, ...more });
    });
  }

  private recordAudit(
    manager: EntityManager,
    actor: Actor,
    { organizationId, id }: Integration,
    action: string,
    metadata: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(manager, organizationId, {
      actor,
      action,
      resourceType: 'integration',
      resourceId: id,
      outcome: 'success',
      metadata,
    });
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor, SystemActor } from '../common/actor.js';
import { IdentityService } from '../identity/identity.service.js';
import { type CredentialFields, CredentialsService } from '../tokens/credentials.service.js';
import { ActivityRepository } from './activity.repository.js';
import { IntegrationChanges } from './integration-changes.js';
import type { Integration } from './integration.entity.js';
import { IntegrationEvents } from './integration-events.js';
import { IntegrationsRepository } from './integrations.repository.js';

export interface NewIntegration {
  integration: Integration;
  credentialType: string;
  credentials: CredentialFields;
  /** When the credential ends by itself, where that is known. */
  credentialExpiresAt: Date | null;
  terms: string[];
  teamIds: string[];
  /** Details of the test that it passed; it is tested in the background when there are none. */
  tested?: { details: Record<string, unknown>; responseTimeMs: number };
  /** There is nothing to test before somebody consents at the provider. */
  awaitsConsent: boolean;
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

/** Making, editing, switching and removing integrations, each with everything that belongs to it. */
@Injectable()
export class IntegrationStore {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly identity: IdentityService,
    private readonly activity: ActivityRepository,
    private readonly events: IntegrationEvents,
  ) {}

  /**
   * @param before runs first, in the same transaction; what it throws keeps everything from being written.
   * @param after runs last, likewise
   * @throws AppError VALIDATION_FAILED when a team is not of the organisation.
   */
  async create(
    actor: Actor | SystemActor,
    made: NewIntegration,
    before: (manager: EntityManager) => Promise<void>,
    after?: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    const { integration, tested, teamIds } = made;
    const { organizationId, id, createdAt } = integration;
    const credential = await this.credentials.seal(organizationId, id, {
      credentialType: made.credentialType,
      fields: made.credentials,
      expiresAt: made.credentialExpiresAt,
      proven: tested !== undefined,
    });
    const audit = {
      action: 'integration.created',
      metadata: {
        integration_type_id: integration.integrationTypeId,
        fields: credential.fieldNames,
        tested: tested !== undefined,
      },
    };
    await this.transactions.create(actor, integration, audit, async (manager) => {
      await before(manager);
      await this.identity.requireTeams(manager, organizationId, teamIds);
      this.repository.insert(manager, integration);
      await this.credentials.insert(manager, credential);
      this.repository.addTerms(manager, organizationId, id, made.terms);
      this.repository.addTeams(manager, organizationId, id, teamIds);
      await this.activity.log(manager, organizationId, id, createdAt, {
        action: 'created',
        status: 'success',
        message: tested
          ? 'Created after a successful connection test'
          : made.awaitsConsent
            ? 'Created; it has to be authorised at the provider'
            : 'Created; the connection is tested in the background',
        metadata: tested?.details,
        durationMs: tested?.responseTimeMs,
      });
      if (tested) {
        const check = { at: createdAt, ok: true, responseMs: tested.responseTimeMs, errorCode: null };
        await this.activity.recordCheck(manager, organizationId, id, check);
        await this.events.accepted(manager, integration, tested.details);
      } else if (!made.awaitsConsent) {
        await this.events.wakeWatch(manager);
      }
      await after?.(manager);
    });
  }

  /** @param plan says what changes, of the integration as it is now; what it throws keeps everything from being written. */
  async edit(
    actor: Actor,
    organizationId: string,
    id: string,
    plan: (current: Integration) => Edit,
  ): Promise<void> {
    const audit = { action: 'integration.updated' };
    await this.transactions.change(actor, organizationId, id, audit, async (manager, now, current) => {
      const edit = plan(current);
      const checkNow = edit.checkNow && !(await this.awaitsConsent(manager, organizationId, id));
      await this.identity.requireTeams(manager, organizationId, edit.teamIds ?? []);
      await this.repository.update(manager, organizationId, id, {
        ...edit.changes,
        ...(checkNow ? { nextCheckAt: now } : {}),
        updatedAt: now,
      });
      if (edit.terms) this.repository.replaceTerms(manager, organizationId, id, edit.terms);
      if (edit.teamIds) this.repository.replaceTeams(manager, organizationId, id, edit.teamIds);
      if (edit.fields.length > 0) {
        const message = `Changed: ${edit.fields.join(', ')}`;
        await this.log(manager, current, now, 'updated', message);
      }
      if (checkNow) await this.events.wakeWatch(manager);
      return { fields: edit.fields };
    });
  }

  async enable(actor: Actor, organizationId: string, id: string): Promise<void> {
    const audit = { action: 'integration.enabled' };
    await this.transactions.change(actor, organizationId, id, audit, async (manager, now, current) => {
      if (current.status !== 'disabled') return;
      const waits = await this.awaitsConsent(manager, organizationId, id);
      await this.repository.update(manager, organizationId, id, {
        status: 'pending',
        statusChangedAt: now,
        nextCheckAt: waits ? null : now,
        updatedAt: now,
      });
      await this.log(manager, current, now, 'enabled', 'Enabled');
      await this.events.wakeWatch(manager);
    });
  }

  async disable(actor: Actor, organizationId: string, id: string): Promise<void> {
    const audit = { action: 'integration.disabled' };
    await this.transactions.change(actor, organizationId, id, audit, async (manager, now, current) => {
      if (current.status === 'disabled') return;
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
      await this.log(manager, current, now, 'disabled', 'Disabled');
    });
  }

  async remove(actor: Actor, organizationId: string, id: string): Promise<void> {
    await this.transactions.change(actor, organizationId, id, { action: 'integration.deleted' }, (manager) =>
      this.repository.delete(manager, organizationId, id),
    );
  }

  /** True when nobody has consented yet, so that there is nothing to check. */
  private async awaitsConsent(manager: EntityManager, organizationId: string, id: string): Promise<boolean> {
    return (await this.credentials.standing(manager, organizationId, id))?.unauthorised ?? false;
  }

  private log(
    manager: EntityManager,
    { organizationId, id }: Integration,
    at: Date,
    action: string,
    message: string,
  ) {
    return this.activity.log(manager, organizationId, id, at, { action, status: 'success', message });
  }
}

import { Injectable } from '@nestjs/common';
import type { FailureKind } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import { newId } from '../../common/new-id.js';
import { ActivityRepository } from '../activity.repository.js';
import type { TestSuccess } from './connection-tester.js';
import type { Integration } from '../integration.entity.js';
import { IntegrationEvents } from '../integration-events.js';
import { TokenHistoryRepository } from '../tokens/token-history.repository.js';

/** Why an integration does not work, and what to do; in our own words. */
interface Breakage {
  kind: FailureKind;
  reason: string;
  hint: string;
}

/** Opens an incident when an integration breaks, resolves it when it works again, and tells the modules above. */
@Injectable()
export class IncidentReporter {
  constructor(
    private readonly activity: ActivityRepository,
    private readonly events: IntegrationEvents,
    private readonly tokens: TokenHistoryRepository,
  ) {}

  /**
   * The service accepted its credential.
   * @param before the integration as it was when this came
   */
  async works(manager: EntityManager, before: Integration, outcome: TestSuccess, at: Date): Promise<void> {
    await this.events.accepted(manager, before, outcome.details);
    await this.recovered(manager, before, at);
  }

  /** What was broken is not any more. */
  async recovered(manager: EntityManager, before: Integration, at: Date): Promise<void> {
    const { organizationId, id } = before;
    if (before.status === 'active') return;
    if (!(await this.activity.resolveIncident(manager, organizationId, id, at))) return;
    await this.events.publish(manager, {
      event_id: newId(),
      organization_id: organizationId,
      integration_id: id,
      change: 'recovered',
    });
  }

  /** The service refused a token that cannot be helped by another: from now on somebody has to consent. */
  async refused(manager: EntityManager, before: Integration, breakage: Breakage, at: Date): Promise<void> {
    if (before.status === 'needs_reauth') return;
    await this.tokens.refused(manager, before.organizationId, before.id, { at, message: breakage.reason });
    await this.broke(manager, before, 'needs_reauth', breakage, at);
  }

  /** @param status what it is from now on */
  async broke(
    manager: EntityManager,
    before: Integration,
    status: 'error' | 'needs_reauth',
    { kind, reason, hint }: Breakage,
    at: Date,
  ): Promise<void> {
    if (before.status === status) return;
    const { organizationId, id } = before;
    await this.activity.openIncident(manager, organizationId, id, { at, errorCode: kind, message: reason });
    await this.events.publish(manager, {
      event_id: newId(),
      organization_id: organizationId,
      integration_id: id,
      change: status === 'error' ? 'failed' : status,
      reason,
      hint,
    });
  }
}

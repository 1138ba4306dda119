import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ActivityRepository } from './activity.repository.js';
import type { TestFailure, TestOutcome } from './connection-tester.js';
import type { Integration } from './integration.entity.js';
import { IntegrationEvents } from './integration-events.js';

/** Opens an incident when an integration breaks, resolves it when it works again, and tells the modules above. */
@Injectable()
export class IncidentReporter {
  constructor(
    private readonly activity: ActivityRepository,
    private readonly events: IntegrationEvents,
  ) {}

  /** @param before the integration as it was when this outcome came. */
  async report(manager: EntityManager, before: Integration, outcome: TestOutcome, at: Date): Promise<void> {
    const wasBroken = before.status === 'error';
    if (outcome.ok && wasBroken) await this.recovered(manager, before, at);
    if (!outcome.ok && !wasBroken) await this.failed(manager, before, outcome, at);
  }

  private async recovered(
    manager: EntityManager,
    { organizationId, id }: Integration,
    at: Date,
  ): Promise<void> {
    await this.activity.resolveIncident(manager, organizationId, id, at);
    await this.events.publish(manager, {
      event_id: uuidv7(),
      organization_id: organizationId,
      integration_id: id,
      change: 'recovered',
    });
  }

  private async failed(
    manager: EntityManager,
    { organizationId, id }: Integration,
    { kind, reason, hint }: TestFailure,
    at: Date,
  ): Promise<void> {
    await this.activity.openIncident(manager, organizationId, id, { at, errorCode: kind, message: reason });
    await this.events.publish(manager, {
      event_id: uuidv7(),
      organization_id: organizationId,
      integration_id: id,
      change: 'failed',
      reason,
      hint,
    });
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TokenOutcomes, type TokenOwner, type TokenTurn } from '../../tokens/oauth2/token-outcomes.js';
import { ActivityRepository } from '../activity.repository.js';
import { IncidentReporter } from '../checks/incident-reporter.js';
import { IntegrationChanges } from '../integration-changes.js';
import type { Integration } from '../integration.entity.js';
import { IntegrationEvents } from '../integration-events.js';
import { IntegrationsRepository } from '../integrations.repository.js';

const NO_ERROR = { errorCode: null, errorMessage: null, errorHint: null, consecutiveFailures: 0 };

/** What becomes of an integration when its tokens are lost, refused or good again. */
@Injectable()
export class IntegrationTokenOwner implements TokenOwner, OnModuleInit {
  constructor(
    private readonly outcomes: TokenOutcomes,
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly activity: ActivityRepository,
    private readonly incidents: IncidentReporter,
    private readonly events: IntegrationEvents,
  ) {}

  onModuleInit(): void {
    this.outcomes.register(this);
  }

  settle(
    organizationId: string,
    integrationId: string,
    turn: TokenTurn,
    write: (manager: EntityManager) => Promise<boolean>,
  ): Promise<boolean> {
    return this.transactions.locked(organizationId, integrationId, async (manager, now, current) => {
      const written = await write(manager);
      if (!written || !current || current.status === 'disabled') return written;
      if (turn.turn === 'regained') await this.regain(manager, current, turn, now);
      else await this.lose(manager, current, turn, now);
      return true;
    });
  }

  changed(organizationId: string, integrationId: string): void {
    this.transactions.announce(organizationId, integrationId);
  }

  /** One refusal may have other reasons, and a program can bring one about: the next check finds out, and is made soon. */
  suspect(organizationId: string, integrationId: string): Promise<void> {
    return this.repository.checkSoon(organizationId, integrationId, this.transactions.now());
  }

  /** The schedule of the watch ends at once: it would only knock with tokens that are gone. */
  private async lose(
    manager: EntityManager,
    current: Integration,
    { turn, failure, retryAt }: Exclude<TokenTurn, { turn: 'regained' }>,
    now: Date,
  ): Promise<void> {
    const { organizationId, id } = current;
    // What waits for a consent already is not helped by another client.
    if (current.status === 'needs_reauth') return;
    const status = turn === 'lost' ? 'needs_reauth' : 'error';
    await this.repository.update(manager, organizationId, id, {
      status,
      errorCode: failure.kind,
      errorMessage: failure.reason,
      errorHint: failure.hint,
      consecutiveFailures: current.consecutiveFailures + 1,
      ...(status === current.status ? {} : { statusChangedAt: now }),
      nextCheckAt: retryAt,
    });
    await this.activity.log(manager, organizationId, id, now, {
      action: 'token_lost',
      status: 'failure',
      message: failure.reason,
      metadata: { kind: failure.kind, hint: failure.hint, ...(failure.code && { code: failure.code }) },
    });
    await this.incidents.broke(manager, current, status, failure, now);
  }

  /** What is shown as the reason is gone with it; of anything else the next check, made at once, has to judge. */
  private async regain(
    manager: EntityManager,
    current: Integration,
    { after }: Extract<TokenTurn, { turn: 'regained' }>,
    now: Date,
  ): Promise<void> {
    const { organizationId, id, status } = current;
    const mended = status === 'needs_reauth' || (after !== null && current.errorMessage === after.reason);
    await this.repository.update(manager, organizationId, id, {
      nextCheckAt: now,
      ...(mended && { status: 'active', statusChangedAt: now, ...NO_ERROR }),
    });
    await this.events.wakeWatch(manager);
    if (!mended) return;
    await this.activity.log(manager, organizationId, id, now, {
      action: 'token_regained',
      status: 'success',
      message: 'The token was refreshed',
    });
    await this.incidents.recovered(manager, current, now);
  }
}

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';
import { IdentityService } from '../../identity/identity.service.js';
import { BulkActions } from './bulk-actions.js';
import { type BulkItem, type BulkOperation, BulkOperationsRepository } from './bulk-operations.repository.js';

/** Of one operation; providers and this process have other things to do too. */
const ITEMS_AT_ONCE = 5;

/** An operation that this process has until its lease ends. */
export interface HeldOperation extends BulkOperation {
  leaseToken: string;
}

/**
 * Carries out an operation. Each integration is begun under the lease of whoever has the operation, so that none is done
 * twice, and judged by what the caller may do at that moment.
 */
@Injectable()
export class BulkWork {
  constructor(
    private readonly repository: BulkOperationsRepository,
    private readonly actions: BulkActions,
    private readonly identity: IdentityService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Takes up to so many that nobody works on. @param except organisations that have enough under way */
  async claim(limit: number, except: string[]): Promise<HeldOperation[]> {
    const held: HeldOperation[] = [];
    for (const { organization_id, id } of await this.repository.waiting(limit, except)) {
      const leaseToken = randomUUID();
      const operation = await this.repository.claim(organization_id, id, leaseToken, this.clock.date());
      if (operation) held.push({ ...operation, leaseToken });
    }
    return held;
  }

  /** @param signal stops it: what is under way ends, and another process goes on with the rest. */
  async carryOut(operation: HeldOperation, signal: AbortSignal): Promise<void> {
    const { organization_id: organizationId, id, leaseToken } = operation;
    const places = Array.from({ length: ITEMS_AT_ONCE }, () => this.work(operation, signal));
    const ended = await Promise.allSettled(places);
    const failed = ended.find((each) => each.status === 'rejected');
    // What could not be written is said to have been interrupted when somebody goes on; until then the lease holds it.
    if (failed) throw failed.reason;
    await this.repository.end(organizationId, id, leaseToken, this.clock.date());
  }

  private async work(operation: HeldOperation, signal: AbortSignal): Promise<void> {
    const { organization_id: organizationId, id, leaseToken } = operation;
    while (!signal.aborted) {
      const actor = await this.caller(operation);
      if (!actor) return this.giveUp(operation);
      const item = await this.repository.next(organizationId, id, leaseToken);
      if (!item) return;
      await this.carryOutOne(operation, actor, item);
    }
  }

  private async carryOutOne(
    operation: HeldOperation,
    actor: Actor,
    { integration_id: integrationId }: BulkItem,
  ): Promise<void> {
    const { organization_id: organizationId, id, leaseToken } = operation;
    const outcome = await this.actions.carryOut(actor, operation, integrationId);
    const at = this.clock.date();
    await this.repository.finish(organizationId, id, leaseToken, { ...outcome, integrationId, at });
  }

  /** @returns undefined when they left the organisation, or may no longer act on many at once. */
  private async caller(operation: HeldOperation): Promise<Actor | undefined> {
    const { organization_id: organizationId, created_by: userId, parameters } = operation;
    const { session_id: sessionId, origin } = parameters;
    const actor = await this.identity.actorOf(organizationId, userId, { sessionId, origin });
    return actor?.permissions.has('integrations:bulk') ? actor : undefined;
  }

  private async giveUp({ organization_id: organizationId, id }: HeldOperation): Promise<void> {
    const message = 'Whoever began this may no longer act on many integrations at once.';
    await this.database.tenant(organizationId, (manager) =>
      this.repository.stop(manager, organizationId, id, {
        status: 'failed',
        message,
        at: this.clock.date(),
      }),
    );
  }
}

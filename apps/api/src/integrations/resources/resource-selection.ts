import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { ActivityRepository } from '../activity.repository.js';
import { IntegrationChanges } from '../integration-changes.js';
import { type ChosenResource, SelectedResourcesRepository } from './selected-resources.repository.js';

/** Writes down what of an account somebody chose. */
@Injectable()
export class ResourceSelection {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: SelectedResourcesRepository,
    private readonly activity: ActivityRepository,
  ) {}

  /** @throws AppError NOT_FOUND when the integration was deleted meanwhile */
  async replace(
    actor: Actor,
    organizationId: string,
    id: string,
    kind: string,
    chosen: ChosenResource[],
  ): Promise<void> {
    const audit = {
      action: 'integration.resources_selected',
      metadata: { kind, ids: chosen.map((each) => each.id) },
    };
    await this.transactions.change(actor, organizationId, id, audit, async (manager, now) => {
      const selector = { by: actor.userId, at: now };
      await this.repository.replace(manager, organizationId, id, kind, chosen, selector);
      await this.activity.log(manager, organizationId, id, now, {
        action: 'resources_selected',
        status: 'success',
        message:
          chosen.length === 0 ? `Nothing is selected of ${kind}` : `Selected ${chosen.length} of ${kind}`,
        metadata: { kind, names: chosen.slice(0, 50).map((each) => each.name) },
      });
    });
  }
}

import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';
import { JobQueue } from '../../jobs/job-queue.js';
import { UNREADABLE_QUEUE, type UnreadableFound } from '../../vault/vault-events.js';
import { IntegrationEvents } from '../integration-events.js';
import { IntegrationsRepository } from '../integrations.repository.js';

/** Credentials that the vault could not open: the watch tries their integrations at once and shows them as broken. */
@Injectable()
export class UnreadableCredentials implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: JobQueue,
    private readonly database: Database,
    private readonly repository: IntegrationsRepository,
    private readonly events: IntegrationEvents,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(UNREADABLE_QUEUE, { retryLimit: 10, retryDelay: 5, retryBackoff: true });
    await this.jobs.work<UnreadableFound>(UNREADABLE_QUEUE, (found) => this.check(found));
  }

  async check({ organization_id: organizationId, table, row_ids: ids }: UnreadableFound): Promise<void> {
    if (table !== 'integration_credentials') return;
    await this.database.tenant(organizationId, async (manager) => {
      await this.repository.makeDue(manager, organizationId, ids, this.clock.date());
      await this.events.wakeWatch(manager);
    });
  }
}

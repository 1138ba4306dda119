import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { RepositoriesRepository } from './repositories.repository.js';
import { RepositoryListing } from './repository-listing.js';
import type { SyncKey } from './repository-syncs.repository.js';

/** What webhooks bring about, without a reading of everything. */
@Injectable()
export class RepositoryChanges {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoriesRepository,
    private readonly listing: RepositoryListing,
  ) {}

  /**
   * Something happened to this one: GitHub is asked how it is now.
   * @returns false when GitHub does not show it, which the listing has to confirm: not every server knows the address.
   * @throws like `RepositoryListing.pages`
   */
  async refresh({ organizationId, integrationId }: SyncKey, githubId: string): Promise<boolean> {
    const found = await this.listing.one(organizationId, integrationId, githubId);
    if (!found) return false;
    await this.database.tenant(organizationId, (manager) =>
      this.repositories.upsert(manager, organizationId, integrationId, [found]),
    );
    return true;
  }

  /** The installation is gone: none is reached, and all are kept in case it comes back. */
  removeAll(manager: EntityManager, { organizationId, integrationId }: SyncKey): Promise<number> {
    return this.repositories.removeAll(manager, organizationId, integrationId);
  }
}

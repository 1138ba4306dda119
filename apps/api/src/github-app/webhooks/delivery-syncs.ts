import { Injectable } from '@nestjs/common';
import type { ConnectedAccount } from '../../inbound/connected-accounts.js';
import { InstallationWork } from '../installations/installation-work.js';
import { RepositorySyncs } from '../repositories/repository-sync.service.js';

/** Readings that are asked for by what GitHub told us. */
@Injectable()
export class DeliverySyncs {
  constructor(
    private readonly work: InstallationWork,
    private readonly syncs: RepositorySyncs,
  ) {}

  request(organizationId: string, { integrationId }: Pick<ConnectedAccount, 'integrationId'>): Promise<void> {
    return this.work.within(organizationId, (manager) =>
      this.syncs.request(manager, { organizationId, integrationId }),
    );
  }
}

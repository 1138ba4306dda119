import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/app-error.js';
import { type ConnectedAccount, ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { InboundDeliveries, type InboundDelivery } from '../../inbound/inbound-deliveries.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import { InstallationStates } from '../installations/installation-states.js';
import { KnownApps } from '../apps/known-apps.js';
import { RepositoryChanges } from '../repositories/repository-changes.js';
import { DeliverySyncs } from './delivery-syncs.js';

/** What happened to the installation as a whole. */
const INSTALLATION_EVENTS = ['installation', 'installation_target'];
/** After these another set of repositories may be reached. */
const RESYNC: Record<string, string[] | 'all'> = {
  installation: ['created', 'unsuspend', 'new_permissions_accepted'],
  installation_repositories: 'all',
  repository: ['transferred'],
};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/**
 * Works on what GitHub told us. A delivery is a reason to look and no source: GitHub is asked how things are now, so that
 * it does not matter in which order deliveries come, or whether what they say is true.
 */
@Injectable()
export class DeliveryWorker implements OnModuleInit {
  constructor(
    private readonly deliveries: InboundDeliveries,
    private readonly known: KnownApps,
    private readonly accounts: ConnectedAccounts,
    private readonly states: InstallationStates,
    private readonly repositories: RepositoryChanges,
    private readonly syncs: DeliverySyncs,
  ) {}

  onModuleInit(): void {
    this.deliveries.work('github', (delivery) => this.work(delivery));
  }

  private async work({ organizationId, event, action, details }: InboundDelivery): Promise<void> {
    const ref = textOf(details.app);
    const externalId = textOf(details.installation_id);
    if (ref === null || externalId === null) return;
    const account = await this.accounts.find(organizationId, { provider: 'github', appKey: ref, externalId });
    // Nobody has connected it, or the integration was deleted meanwhile.
    if (!account) return;
    if (INSTALLATION_EVENTS.includes(event)) {
      const app = await this.known.find(organizationId, ref);
      if (!app || (await this.states.refresh(organizationId, app, account)) !== 'active') return;
    }
    const wanted = Object.hasOwn(RESYNC, event) ? RESYNC[event]! : [];
    if (wanted === 'all' || wanted.includes(action ?? '')) await this.syncs.request(organizationId, account);
    else if (event === 'repository')
      await this.refresh(organizationId, account, textOf(details.repository_id));
  }

  private async refresh(
    organizationId: string,
    account: ConnectedAccount,
    githubId: string | null,
  ): Promise<void> {
    const { integrationId } = account;
    if (githubId === null) return;
    try {
      if (await this.repositories.refresh({ organizationId, integrationId }, githubId)) return;
    } catch (error) {
      // It is disabled or must be authorised again: whoever does that has everything read anew.
      if (error instanceof AppError) return;
      if (!(error instanceof CredentialUnusableError)) throw error;
    }
    // A reading of everything knows how to wait, and stands for all that come meanwhile.
    await this.syncs.request(organizationId, account);
  }
}

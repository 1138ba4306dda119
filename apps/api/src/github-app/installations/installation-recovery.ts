import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { AfterConnect, type ConnectedIntegration } from '../../integrations/after-connect.js';
import { type FailedCheck, Recoveries, type RecoveryOutcome } from '../../integrations/checks/recoveries.js';
import { InstallationStates } from './installation-states.js';
import { KnownApps } from '../apps/known-apps.js';
import { RepositorySyncs } from '../repositories/repository-sync.service.js';

/** Kinds of failure that a suspended or uninstalled App makes. */
const SUSPICIOUS = ['permission', 'not_found', 'auth'];

/** What the watch finds out about installations, should a webhook have been lost. */
@Injectable()
export class InstallationRecovery implements OnModuleInit {
  constructor(
    private readonly recoveries: Recoveries,
    private readonly afterConnect: AfterConnect,
    private readonly known: KnownApps,
    private readonly accounts: ConnectedAccounts,
    private readonly states: InstallationStates,
    private readonly syncs: RepositorySyncs,
  ) {}

  onModuleInit(): void {
    this.recoveries.register('installation', { afterFailure: (failed) => this.afterFailure(failed) });
    this.afterConnect.on('github', (manager, connected) => this.connected(manager, connected));
  }

  /** Nobody but a person can undo it; they are told what it is. */
  private async afterFailure({
    organizationId,
    integrationId,
    failure,
  }: FailedCheck): Promise<RecoveryOutcome | null> {
    if (!SUSPICIOUS.includes(failure.kind)) return null;
    const account = await this.accounts.of(organizationId, integrationId);
    if (account?.provider !== 'github') return null;
    const app = await this.known.find(organizationId, account.appKey);
    if (!app) return null;
    const state = await this.states.refresh(organizationId, app, account);
    if (state === 'active') return null;
    const message =
      state === 'suspended'
        ? `GitHub says that the installation on ${account.name} is suspended: an owner has to unsuspend it`
        : `GitHub says that the App was uninstalled from ${account.name}: it has to be installed again`;
    return { outcome: 'reported', message };
  }

  /** GitHub accepted its credential. The first time, its repositories are read. */
  private async connected(
    manager: EntityManager,
    { organizationId, integrationId, cause }: ConnectedIntegration,
  ): Promise<void> {
    const key = { organizationId, integrationId };
    // After a consent it may be another account.
    if (cause === 'consent') await this.syncs.request(manager, key);
    else await this.syncs.requestFirst(manager, key);
    const account = await this.accounts.within(manager, organizationId, integrationId);
    if (account?.suspendedAt || account?.removedAt)
      await this.accounts.update(manager, organizationId, integrationId, {
        suspendedAt: null,
        removedAt: null,
      });
  }
}

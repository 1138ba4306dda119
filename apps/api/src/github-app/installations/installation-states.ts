import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SystemActor } from '../../common/actor.js';
import { type ConnectedAccount, ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { IntegrationStanding } from '../../integrations/checks/integration-standing.js';
import { type Installation, installationOf } from '../github-answers.js';
import type { GitHubApp } from '../github-app.js';
import { GitHubClients } from '../github-clients.js';
import { badAnswer, explainGitHub, isGitHubAnswer, statusOf } from '../github-failure.js';
import { RepositoryChanges } from '../repositories/repository-changes.js';
import { RepositorySyncs } from '../repositories/repository-sync.service.js';
import { InstallationWork } from './installation-work.js';

const LOOKING = 'did not show the installation';
export const GITHUB: SystemActor = { kind: 'system', component: 'github-app' };

/** What is kept of an installation beside the integration; nothing of it is secret. */
export const detailsOf = (installation: Installation): Record<string, unknown> => ({
  account_id: installation.accountId,
  account_type: installation.accountType,
  repository_selection: installation.repositorySelection,
  permissions: installation.permissions,
  settings_url: installation.settingsUrl,
  suspended_by: installation.suspendedBy,
});

export type InstallationState = 'active' | 'suspended' | 'removed';

/** Brings what we know of an installation in line with what GitHub says. */
@Injectable()
export class InstallationStates {
  constructor(
    private readonly clients: GitHubClients,
    private readonly accounts: ConnectedAccounts,
    private readonly standing: IntegrationStanding,
    private readonly repositories: RepositoryChanges,
    private readonly syncs: RepositorySyncs,
    private readonly works: InstallationWork,
  ) {}

  /**
   * Asks GitHub how the installation is now. What a webhook said does not matter: it may be late, or forged.
   * @throws CredentialUnusableError when GitHub could not be asked
   */
  async refresh(
    organizationId: string,
    app: GitHubApp,
    account: ConnectedAccount,
  ): Promise<InstallationState> {
    return this.apply(organizationId, account, await this.ask(app, account.externalId));
  }

  async apply(
    organizationId: string,
    account: ConnectedAccount,
    installation: Installation | null,
  ): Promise<InstallationState> {
    if (!installation) {
      if (!account.removedAt) await this.removed(organizationId, account);
      return 'removed';
    }
    const wasOff = account.suspendedAt !== null || account.removedAt !== null;
    if (installation.suspendedAt) {
      if (!account.suspendedAt) await this.suspended(organizationId, account, installation);
      return 'suspended';
    }
    const update = this.updating(organizationId, account, installation, {
      suspendedAt: null,
      removedAt: null,
    });
    if (!wasOff) {
      await this.works.within(organizationId, update);
      return 'active';
    }
    const { integrationId } = account;
    const message = `The installation on ${installation.login} is back; the connection is tested at once`;
    const told = { actor: GITHUB, action: 'installation_resumed', message };
    await this.standing.recheck(organizationId, integrationId, told, async (manager) => {
      await update(manager);
      await this.syncs.request(manager, { organizationId, integrationId });
    });
    return 'active';
  }

  private async ask(app: GitHubApp, installationId: string): Promise<Installation | null> {
    const github = this.clients.asApp(app);
    try {
      const parameters = { installation_id: installationId };
      const found = installationOf(
        await github.request('GET /app/installations/{installation_id}', parameters),
      );
      if (found?.id !== installationId) throw badAnswer(LOOKING);
      return found;
    } catch (error) {
      if (statusOf(error) !== 404 || !isGitHubAnswer(error))
        throw explainGitHub(error, LOOKING, this.works.now().getTime());
    }
    // A wrong address answers 404 too: only a GitHub that knows the App is believed.
    await github.ask('GET /app', LOOKING);
    return null;
  }

  private removed(organizationId: string, { integrationId, name }: ConnectedAccount): Promise<void> {
    return this.standing.breakDown(
      organizationId,
      integrationId,
      {
        actor: GITHUB,
        action: 'installation_removed',
        status: 'needs_reauth',
        kind: 'not_found',
        message: `The GitHub App was uninstalled from ${name}`,
        hint: 'Install it again in Latchkey: its repositories and what was set for them come back then.',
      },
      async (manager) => {
        await this.accounts.update(manager, organizationId, integrationId, { removedAt: this.works.now() });
        await this.repositories.removeAll(manager, { organizationId, integrationId });
      },
    );
  }

  private suspended(
    organizationId: string,
    account: ConnectedAccount,
    installation: Installation,
  ): Promise<void> {
    const { login, suspendedAt, suspendedBy, settingsUrl } = installation;
    return this.standing.breakDown(
      organizationId,
      account.integrationId,
      {
        actor: GITHUB,
        action: 'installation_suspended',
        status: 'error',
        kind: 'permission',
        message: `The installation on ${login} is suspended on GitHub${suspendedBy ? ` by ${suspendedBy}` : ''}`,
        hint: `Unsuspend it under ${settingsUrl ?? 'Settings, Applications on GitHub'}`,
      },
      this.updating(organizationId, account, installation, { suspendedAt, removedAt: null }),
    );
  }

  private updating(
    organizationId: string,
    { integrationId }: ConnectedAccount,
    installation: Installation,
    marks: Pick<ConnectedAccount, 'suspendedAt' | 'removedAt'>,
  ) {
    return async (manager: EntityManager): Promise<void> => {
      await this.accounts.update(manager, organizationId, integrationId, {
        ...marks,
        name: installation.login,
        details: detailsOf(installation),
      });
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { isUniqueViolation } from '../../database/database.js';
import { type ConnectedAccount, ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { InstalledIntegrations } from '../../integrations/installed-integrations.js';
import type { Installation } from '../github-answers.js';
import { type GitHubApp, INSTALLATION_APP } from '../github-app.js';
import { GitHubAppsRepository } from '../apps/github-apps.repository.js';
import { detailsOf, InstallationStates } from './installation-states.js';
import { RepositorySyncs } from '../repositories/repository-sync.service.js';

const TYPE = 'github';
export const INSTALLED_WAY = 'app_installation';

/** Makes an integration of an installation that somebody has proved to be theirs. */
@Injectable()
export class InstallationConnections {
  constructor(
    private readonly accounts: ConnectedAccounts,
    private readonly integrations: InstalledIntegrations,
    private readonly apps: GitHubAppsRepository,
    private readonly states: InstallationStates,
    private readonly syncs: RepositorySyncs,
    private readonly audit: AuditService,
  ) {}

  /** The one that is there is taken back into use, also when the App was uninstalled and is installed anew. @returns the integration */
  async connect(actor: Actor, app: GitHubApp, installation: Installation): Promise<string> {
    const organizationId = organizationOf(actor);
    const before = await this.known(organizationId, app, installation);
    try {
      const id = before
        ? await this.renew(actor, app, installation, before)
        : await this.create(actor, app, installation);
      if (installation.suspendedAt) await this.tellSuspended(organizationId, app, installation);
      return id;
    } catch (error) {
      // Somebody else connected it at this moment.
      if (!isUniqueViolation(error, 'connected_accounts_once')) throw error;
      const now = await this.known(organizationId, app, installation);
      if (!now) throw error;
      return now.integrationId;
    }
  }

  /** GitHub has one installation of an App on an account: another with this account is gone. */
  private async known(
    organizationId: string,
    { ref }: GitHubApp,
    { id, accountId }: Installation,
  ): Promise<ConnectedAccount | undefined> {
    const all = await this.accounts.ofApp(organizationId, 'github', ref);
    return (
      all.find(({ externalId }) => externalId === id) ??
      all.find(({ details }) => accountId !== null && details.account_id === accountId)
    );
  }

  private create(actor: Actor, app: GitHubApp, installation: Installation): Promise<string> {
    return this.integrations.create(
      actor,
      { typeId: TYPE, authMode: INSTALLED_WAY, name: installation.login, ...settingsOf(app, installation) },
      (manager, id) => this.write(manager, actor, app, installation, id, false),
    );
  }

  private async renew(
    actor: Actor,
    app: GitHubApp,
    installation: Installation,
    { integrationId }: ConnectedAccount,
  ): Promise<string> {
    const installed = { authMode: INSTALLED_WAY, ...settingsOf(app, installation) };
    await this.integrations.renew(actor, integrationId, installed, (manager) =>
      this.write(manager, actor, app, installation, integrationId, true),
    );
    return integrationId;
  }

  private async write(
    manager: EntityManager,
    actor: Actor,
    app: GitHubApp,
    installation: Installation,
    integrationId: string,
    again: boolean,
  ): Promise<void> {
    const organizationId = organizationOf(actor);
    const { ref } = app;
    if (ref !== INSTALLATION_APP && !(await this.apps.hold(manager, organizationId, ref)))
      throw AppError.notFound('GitHub App');
    await this.accounts.save(manager, organizationId, {
      integrationId,
      provider: 'github',
      appKey: ref,
      externalId: installation.id,
      name: installation.login,
      details: detailsOf(installation),
      suspendedAt: null,
      removedAt: null,
    });
    await this.syncs.request(manager, { organizationId, integrationId });
    await this.audit.record(manager, organizationId, {
      actor,
      action: 'github_app.installation_connected',
      resourceType: 'integration',
      resourceId: integrationId,
      outcome: 'success',
      metadata: { app: ref, installation_id: installation.id, account: installation.login, again },
    });
  }

  private async tellSuspended(
    organizationId: string,
    { ref }: GitHubApp,
    installation: Installation,
  ): Promise<void> {
    const key = { provider: 'github', appKey: ref, externalId: installation.id } as const;
    const account = await this.accounts.find(organizationId, key);
    if (account) await this.states.apply(organizationId, account, installation);
  }
}

const settingsOf = ({ ref, apiUrl }: GitHubApp, { id }: Installation) => ({
  config: { api_base_url: apiUrl },
  credentials: { app: ref, installation_id: id },
});

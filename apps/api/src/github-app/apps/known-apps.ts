import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { NIL_ORGANIZATION } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { Environment } from '../../config/environment.js';
import { ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { type AppKey, AppKeys } from '../../tokens/app-keys.js';
import { VaultService } from '../../vault/vault.service.js';
import { type AppSecrets, type GitHubApp, INSTALLATION_APP } from '../github-app.js';
import { type GitHubAppRow, GitHubAppsRepository } from './github-apps.repository.js';
import { APP_PURPOSE, APP_TABLE } from './sealed-apps.js';

export const appContext = (organizationId: string, id: string) => ({
  organizationId,
  table: APP_TABLE,
  rowId: id,
  purpose: APP_PURPOSE,
});

/** The Apps there are: the installation's, and those of each organisation, whose secrets are opened for each use. */
@Injectable()
export class KnownApps implements OnModuleInit {
  constructor(
    private readonly environment: Environment,
    private readonly repository: GitHubAppsRepository,
    private readonly vault: VaultService,
    private readonly accounts: ConnectedAccounts,
    private readonly keys: AppKeys,
  ) {}

  onModuleInit(): void {
    this.keys.register((organizationId, ref, installationId) =>
      this.keyOf(organizationId, ref, installationId),
    );
  }

  /** The App of the environment, which every organisation may install. */
  ofInstallation(): GitHubApp | undefined {
    const settings = this.environment.githubApp;
    if (!settings) return undefined;
    const { appId, slug, webUrl, apiUrl, privateKey } = settings;
    return {
      organizationId: NIL_ORGANIZATION,
      ref: INSTALLATION_APP,
      appId,
      slug,
      name: slug,
      clientId: settings.clientId ?? null,
      owner: null,
      htmlUrl: null,
      webUrl,
      apiUrl,
      secrets: {
        privateKey,
        clientSecret: settings.clientSecret ?? null,
        webhookSecret: settings.webhookSecret ?? null,
      },
    };
  }

  /**
   * @param ref its id, or 'installation'
   * @throws UnsealError when its secrets do not open
   */
  async find(organizationId: string, ref: string): Promise<GitHubApp | undefined> {
    if (ref === INSTALLATION_APP) return this.ofInstallation();
    if (!isUUID(ref) || !isUUID(organizationId)) return undefined;
    const row = await this.repository.find(organizationId, ref);
    return row && this.open(row);
  }

  /** @throws AppError NOT_FOUND */
  async require(organizationId: string, ref: string): Promise<GitHubApp> {
    const app = await this.find(organizationId, ref);
    if (!app) throw AppError.notFound('GitHub App');
    return app;
  }

  /** The one to be installed: that which is named, else the organisation's newest, else the installation's. @throws AppError NOT_FOUND, CONFLICT */
  async choose(organizationId: string, ref: string | undefined): Promise<GitHubApp> {
    if (ref !== undefined) return this.require(organizationId, ref);
    const own = (await this.repository.list(organizationId)).at(-1);
    const app = own ? await this.open(own) : this.ofInstallation();
    if (app) return app;
    throw new AppError(
      'CONFLICT',
      'There is no GitHub App to install yet. Make one first: it takes a minute.',
    );
  }

  private async open(row: GitHubAppRow): Promise<GitHubApp> {
    const { organization_id: organizationId, id, sealed } = row;
    const plaintext = await this.vault.open(appContext(organizationId, id), sealed);
    const secrets = JSON.parse(plaintext.toString('utf8')) as AppSecrets;
    plaintext.fill(0);
    return {
      organizationId,
      ref: id,
      appId: row.app_id,
      slug: row.slug,
      name: row.name,
      clientId: row.client_id,
      owner: row.owner_login,
      htmlUrl: row.html_url,
      webUrl: row.web_url,
      apiUrl: row.api_url,
      secrets,
    };
  }

  private async keyOf(organizationId: string, ref: string, externalId: string): Promise<AppKey | undefined> {
    const app = await this.find(organizationId, ref);
    if (!app) return undefined;
    const account = await this.accounts.find(organizationId, { provider: 'github', appKey: ref, externalId });
    // Nobody has proved that this installation is theirs to use.
    if (!account) return undefined;
    const { appId, apiUrl, secrets } = app;
    return {
      appId,
      apiUrl,
      privateKey: secrets.privateKey,
      installation: {
        name: account.name,
        suspendedBy: textOf(account.details.suspended_by),
        settingsUrl: textOf(account.details.settings_url),
      },
    };
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { Clock } from '../../common/clock.js';
import { Database, isUniqueViolation } from '../../database/database.js';
import { VaultService } from '../../vault/vault.service.js';
import { appPageOf, type ConvertedManifest } from '../github-answers.js';
import type { AppSecrets } from '../github-app.js';
import { GitHubAppsRepository } from './github-apps.repository.js';
import { appContext } from './known-apps.js';

export interface NewApp {
  organizationId: string;
  ref: string;
  webUrl: string;
  apiUrl: string;
  made: ConvertedManifest;
}

/** Keeps what GitHub made, its secrets sealed. */
@Injectable()
export class AppCreation {
  constructor(
    private readonly repository: GitHubAppsRepository,
    private readonly vault: VaultService,
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError CONFLICT when it is known already */
  async create(actor: Actor, { organizationId, ref, webUrl, apiUrl, made }: NewApp): Promise<void> {
    const secrets: AppSecrets = {
      privateKey: made.privateKey,
      clientSecret: made.clientSecret,
      webhookSecret: made.webhookSecret,
    };
    const { sealed, keyVersion } = await this.seal(organizationId, ref, secrets);
    const row = {
      organization_id: organizationId,
      id: ref,
      app_id: made.appId,
      slug: made.slug,
      name: made.name,
      client_id: made.clientId,
      owner_login: made.owner,
      html_url: appPageOf({ html_url: made.htmlUrl }, webUrl) ?? `${webUrl}/apps/${made.slug}`,
      web_url: webUrl,
      api_url: apiUrl,
      sealed,
      key_version: keyVersion,
      created_by: actor.userId,
      at: this.clock.date(),
    };
    try {
      await this.database.tenant(organizationId, async (manager) => {
        await this.repository.insert(manager, organizationId, row);
        await this.audit.record(manager, organizationId, {
          actor,
          action: 'github_app.created',
          resourceType: 'github_app',
          resourceId: ref,
          outcome: 'success',
          metadata: { app_id: made.appId, slug: made.slug, web_url: webUrl },
        });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError('CONFLICT', 'This App is known here already.', { cause: error });
    }
  }

  /** Another webhook secret. @returns false when the App was changed or deleted meanwhile. */
  async keepWebhookSecret(
    organizationId: string,
    ref: string,
    secrets: AppSecrets,
    webhookSecret: string,
  ): Promise<boolean> {
    const before = await this.repository.find(organizationId, ref);
    if (!before) return false;
    const made = await this.seal(organizationId, ref, { ...secrets, webhookSecret });
    return this.repository.replaceSecrets(organizationId, ref, before.sealed, made, this.clock.date());
  }

  private async seal(organizationId: string, ref: string, secrets: AppSecrets) {
    const plaintext = Buffer.from(JSON.stringify(secrets), 'utf8');
    try {
      return await this.vault.seal(appContext(organizationId, ref), plaintext);
    } finally {
      plaintext.fill(0);
    }
  }
}

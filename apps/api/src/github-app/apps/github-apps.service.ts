import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { WithMessage } from '../../common/envelope.js';
import { Database } from '../../database/database.js';
import { ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { INSTALLATION_APP } from '../github-app.js';
import type { GitHubAppDto, GitHubHookDto } from '../github-app.dto.js';
import { GitHubAppsRepository } from './github-apps.repository.js';
import type { HookState } from '../webhooks/hook-state.js';
import { HookStates } from '../webhooks/hook-states.js';
import { KnownApps } from './known-apps.js';

function hookOf({ ok, url = null, checked_at: checkedAt, problem = null }: HookState): GitHubHookDto | null {
  return checkedAt === undefined ? null : { ok: ok ?? false, url, checked_at: checkedAt, problem };
}

/** The Apps that an organisation can install: its own, and that of the installation. */
@Injectable()
export class GitHubAppsService {
  constructor(
    private readonly repository: GitHubAppsRepository,
    private readonly known: KnownApps,
    private readonly accounts: ConnectedAccounts,
    private readonly hooks: HookStates,
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** Nothing is opened for it: an App whose secrets are broken is listed like the others. */
  async list(actor: Actor): Promise<{ github_apps: GitHubAppDto[] }> {
    const organizationId = organizationOf(actor);
    const apps: GitHubAppDto[] = [];
    const shared = this.known.ofInstallation();
    if (shared) {
      apps.push({
        id: INSTALLATION_APP,
        name: shared.name,
        slug: shared.slug,
        html_url: `${shared.webUrl}/apps/${shared.slug}`,
        web_url: shared.webUrl,
        api_url: shared.apiUrl,
        owner: null,
        hook: hookOf(await this.hooks.ofInstallation()),
        installations: await this.installations(organizationId, INSTALLATION_APP),
      });
    }
    for (const row of await this.repository.list(organizationId)) {
      apps.push({
        id: row.id,
        name: row.name,
        slug: row.slug,
        html_url: row.html_url,
        web_url: row.web_url,
        api_url: row.api_url,
        owner: row.owner_login,
        hook: hookOf(row.hook),
        installations: await this.installations(organizationId, row.id),
      });
    }
    return { github_apps: apps };
  }

  /** @throws AppError NOT_FOUND, CONFLICT while integrations use it or it is the installation's */
  async remove(actor: Actor, ref: string): Promise<WithMessage<{ id: string }>> {
    const organizationId = organizationOf(actor);
    if (ref === INSTALLATION_APP && this.known.ofInstallation()) {
      throw new AppError(
        'CONFLICT',
        'This App belongs to the whole installation: whoever runs Latchkey takes it out of the environment.',
      );
    }
    if (!isUUID(ref)) throw AppError.notFound('GitHub App');
    await this.database.tenant(organizationId, async (manager) => {
      if (!(await this.repository.hold(manager, organizationId, ref, true)))
        throw AppError.notFound('GitHub App');
      const used = await this.accounts.countOfApp(manager, organizationId, 'github', ref);
      if (used > 0) {
        const what = used === 1 ? 'An integration uses' : `${used} integrations use`;
        throw new AppError('CONFLICT', `${what} this App. Delete what uses it first.`);
      }
      await this.repository.delete(manager, organizationId, ref);
      await this.audit.record(manager, organizationId, {
        actor,
        action: 'github_app.deleted',
        resourceType: 'github_app',
        resourceId: ref,
        outcome: 'success',
      });
    });
    return new WithMessage(
      { id: ref },
      'Latchkey has forgotten the App and its secrets. Delete it on GitHub too, under Advanced in its settings.',
    );
  }

  private async installations(organizationId: string, ref: string): Promise<number> {
    return (await this.accounts.ofApp(organizationId, 'github', ref)).length;
  }
}

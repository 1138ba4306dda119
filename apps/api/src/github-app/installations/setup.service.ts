import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Database } from '../../database/database.js';
import { Environment } from '../../config/environment.js';
import { type Addressee, ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { readHookAddress } from '../../inbound/hook-address.js';
import { FlowLanding } from './flow-landing.js';
import { INSTALLATION_APP } from '../github-app.js';
import { InstallFlow } from './install-flow.service.js';
import { RepositorySyncs } from '../repositories/repository-sync.service.js';

/** Readings use up what GitHub allows the installation, and anybody can guess its number. */
const MOST_LOOKS = 6;
const LOOKS_MS = 600_000;

const textOf = (value: unknown, longest: number): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= longest ? value : undefined;

/** Where GitHub sends the browser after an App was installed, changed or asked for: its setup URL. */
@Injectable()
export class SetupService {
  private readonly looks = new LRUCache<string, number>({ max: 10_000, ttl: LOOKS_MS, noUpdateTTL: true });

  constructor(
    private readonly installs: InstallFlow,
    private readonly accounts: ConnectedAccounts,
    private readonly syncs: RepositorySyncs,
    private readonly database: Database,
    private readonly landing: FlowLanding,
    private readonly environment: Environment,
  ) {}

  /** @returns where the browser goes */
  async land(request: FastifyRequest, reply: FastifyReply, query: Record<string, unknown>): Promise<string> {
    const action = textOf(query.setup_action, 20);
    const installationId = /^[0-9]{1,20}$/.exec(textOf(query.installation_id, 20) ?? '')?.[0];
    // An owner has to agree first; who comes back then is told by nobody.
    if (action === 'request' || installationId === undefined)
      return this.landing.url('github_install', { outcome: 'pending' });
    if (query.state !== undefined)
      return this.landing.of('github_install', () =>
        this.installs.installed(request, reply, query.state, installationId),
      );
    const app = textOf(query.app, 80);
    const owner = app === undefined ? undefined : readHookAddress(app);
    if (action === 'update') {
      const concerned = await this.concerned(
        owner?.organizationId,
        owner?.id ?? INSTALLATION_APP,
        installationId,
      );
      if (concerned.length > 0) return this.updated(concerned);
    }
    return this.claimPage(installationId, owner?.id ?? INSTALLATION_APP);
  }

  private async concerned(
    organizationId: string | undefined,
    appKey: string,
    externalId: string,
  ): Promise<Addressee[]> {
    const found = await this.accounts.addressees({ provider: 'github', appKey, externalId });
    return found.filter((each) => organizationId === undefined || each.organizationId === organizationId);
  }

  /** Who comes here proves nothing: they have a few looks taken, and are not told at what. */
  private async updated(concerned: Addressee[]): Promise<string> {
    for (const { organizationId, integrationId } of concerned) {
      const looks = this.looks.get(integrationId) ?? 0;
      if (looks >= MOST_LOOKS) continue;
      this.looks.set(integrationId, looks + 1);
      await this.database.tenant(organizationId, (manager) =>
        this.syncs.request(manager, { organizationId, integrationId }),
      );
    }
    return this.landing.url('github_install', { outcome: 'connected' });
  }

  /** A page where somebody who is signed in says that it is theirs. */
  private claimPage(installationId: string, appId: string): string {
    const url = new URL('/github-app/claim', this.environment.publicUrl);
    url.searchParams.set('installation_id', installationId);
    url.searchParams.set('app_id', appId);
    return url.toString();
  }
}

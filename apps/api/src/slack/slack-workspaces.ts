import { isDeepStrictEqual } from 'node:util';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { Environment } from '../config/environment.js';
import { type ConnectedAccount, ConnectedAccounts } from '../inbound/connected-accounts.js';
import { hookAddress } from '../inbound/hook-address.js';
import { AfterConnect, type ConnectedIntegration } from '../integrations/after-connect.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import { ChannelMappingsRepository } from './channel-mappings.repository.js';
import { requireSlack, SLACK } from './slack-integrations.js';
import type { SlackConnectionDto } from './slack.dto.js';
import { SigningSecrets } from './signing-secrets.js';

/** The app whose client the operator registered for the installation. */
export const INSTALLATION_APP = 'installation';
const NOT_KNOWN_YET = 'unknown';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;

/** The app by the client that asked for the consent; a token that somebody pasted tells nothing of its app. */
function appKeyOf(
  { integrationId, cause, client, authMode }: ConnectedIntegration,
  before: ConnectedAccount | null,
): string {
  if (cause === 'consent' && client) return client.of === 'installation' ? INSTALLATION_APP : client.id;
  if (authMode === 'bot_token') return integrationId;
  return before?.appKey ?? integrationId;
}

type Workspace = Pick<ConnectedAccount, 'appKey' | 'externalId' | 'name' | 'details' | 'removedAt'>;

const pick = ({ appKey, externalId, name, details, removedAt }: ConnectedAccount): Workspace => ({
  appKey,
  externalId,
  name,
  details,
  removedAt,
});

/** @returns undefined when nothing is said of the workspace. */
function workspaceOf(
  connected: ConnectedIntegration,
  before: ConnectedAccount | null,
): Workspace | undefined {
  const { account, details, cause } = connected;
  const wide = details.is_enterprise_install === true;
  const enterprise = text(details.enterprise_id);
  const named = (wide ? enterprise : undefined) ?? text(details.team_id) ?? text(account?.id);
  // A consent says at least through whose app; the test that follows says the rest.
  if (named === undefined && cause === 'test') return undefined;
  const externalId = named ?? before?.externalId ?? NOT_KNOWN_YET;
  return {
    appKey: appKeyOf(connected, before),
    externalId,
    name: text(details.team) ?? text(account?.name) ?? before?.name ?? externalId,
    details:
      cause === 'test'
        ? { organization_wide: wide, enterprise_id: enterprise ?? null }
        : (before?.details ?? {}),
    removedAt: null,
  };
}

/** Which workspace each integration speaks for, so that events from there find it. */
@Injectable()
export class SlackWorkspaces implements OnModuleInit {
  constructor(
    private readonly afterConnect: AfterConnect,
    private readonly accounts: ConnectedAccounts,
    private readonly mappings: ChannelMappingsRepository,
    private readonly reader: IntegrationReader,
    private readonly secrets: SigningSecrets,
    private readonly environment: Environment,
  ) {}

  onModuleInit(): void {
    this.afterConnect.on(SLACK, (manager, connected) => this.connected(manager, connected));
  }

  /** @throws AppError NOT_FOUND */
  async describe(actor: Actor, id: string): Promise<{ slack: SlackConnectionDto }> {
    const row = await requireSlack(this.reader, actor, id);
    const organizationId = row.organization_id;
    const owner = { organizationId, id };
    const account = await this.accounts.of(organizationId, id);
    const url = new URL('/api/v1/slack/events', this.environment.publicUrl);
    const bringsApp = await this.secrets.bringsApp(owner);
    if (bringsApp) url.searchParams.set('app', hookAddress(owner));
    const secret = bringsApp ? await this.secrets.of(owner) : this.secrets.ofInstallation;
    return {
      slack: {
        workspace:
          account && account.externalId !== NOT_KNOWN_YET
            ? {
                id: account.externalId,
                name: account.name,
                organization_wide: account.details.organization_wide === true,
                removed_at: account.removedAt,
              }
            : null,
        events_url: url.toString(),
        events_ready: secret !== undefined,
      },
    };
  }

  /** Called with what `auth.test` answered, or with what the consent brought. */
  private async connected(manager: EntityManager, connected: ConnectedIntegration): Promise<void> {
    const { organizationId, integrationId } = connected;
    const before = await this.accounts.within(manager, organizationId, integrationId);
    const now = workspaceOf(connected, before);
    if (!now || (before && isDeepStrictEqual(pick(before), now))) return;
    // Channels of another workspace have other ids, or belong to somebody else.
    if (before && before.externalId !== now.externalId)
      await this.mappings.flagAll(manager, organizationId, integrationId, 'unreachable');
    await this.accounts.save(manager, organizationId, {
      ...now,
      integrationId,
      provider: 'slack',
      suspendedAt: null,
    });
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { ConnectedAccounts } from '../inbound/connected-accounts.js';
import { type InboundDelivery, InboundDeliveries } from '../inbound/inbound-deliveries.js';
import type { LiveConnection } from '../integrations/credentials/live-connections.js';
import { ChangedChannels } from './changed-channels.js';
import { RemovedApps } from './removed-apps.js';
import { SlackApi } from './slack-api.js';
import { isRemoval } from './slack-event.js';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/**
 * Works on what Slack sent. An event says only where to look: events come late, twice and out of order, so Slack is asked
 * how things are now.
 */
@Injectable()
export class SlackEventWorker implements OnModuleInit {
  constructor(
    private readonly deliveries: InboundDeliveries,
    private readonly accounts: ConnectedAccounts,
    private readonly slack: SlackApi,
    private readonly removed: RemovedApps,
    private readonly changed: ChangedChannels,
  ) {}

  onModuleInit(): void {
    this.deliveries.work('slack', (delivery) => this.work(delivery));
  }

  private async work({ organizationId, event, details }: InboundDelivery): Promise<void> {
    const { app_key: appKey, channel_id: channelId } = details;
    const named = texts(details.accounts);
    const accounts = await this.accounts.ofApp(organizationId, 'slack', String(appKey));
    for (const { integrationId, externalId } of accounts) {
      if (!named.includes(externalId)) continue;
      const connection = await this.usable(organizationId, integrationId);
      if (!connection) continue;
      if (isRemoval(event)) await this.removed.look(connection);
      else await this.changed.look(connection, String(channelId));
    }
  }

  /** Of one that is disabled, deleted or to be authorised again already, nothing needs to be found out. */
  private async usable(organizationId: string, integrationId: string): Promise<LiveConnection | undefined> {
    try {
      return await this.slack.open(organizationId, integrationId);
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return undefined;
      throw error;
    }
  }
}

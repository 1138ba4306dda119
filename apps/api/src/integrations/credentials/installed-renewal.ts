import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import { type Actor, organizationOf } from '../../common/actor.js';
import { CredentialsService } from '../../tokens/credentials.service.js';
import { ActivityRepository } from '../activity.repository.js';
import { IntegrationChanges } from '../integration-changes.js';
import { IntegrationEvents } from '../integration-events.js';
import { IntegrationsRepository } from '../integrations.repository.js';

/** What another installation of the same account brings. */
export interface Renewed {
  authMode: string;
  config: Record<string, FieldValue>;
  credentials: Record<string, FieldValue>;
}

/** Puts another installation behind an integration. */
@Injectable()
export class InstalledRenewal {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
    private readonly events: IntegrationEvents,
  ) {}

  async renew(
    actor: Actor,
    id: string,
    { authMode, config, credentials }: Renewed,
    also: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    const organizationId = organizationOf(actor);
    const sealed = await this.credentials.seal(organizationId, id, {
      credentialType: 'github_app',
      fields: credentials,
      expiresAt: null,
      proven: false,
    });
    const audit = { action: 'integration.reconnected' };
    await this.transactions.change(actor, organizationId, id, audit, async (manager, now, current) => {
      await this.credentials.replace(manager, sealed);
      const stopped = current.status === 'disabled';
      await this.repository.update(manager, organizationId, id, {
        authMode,
        config: { ...current.config, ...config },
        ...(stopped
          ? {}
          : {
              status: 'pending',
              statusChangedAt: now,
              errorCode: null,
              errorMessage: null,
              errorHint: null,
              consecutiveFailures: 0,
              nextCheckAt: now,
            }),
        updatedAt: now,
      });
      await also(manager);
      if (!stopped) {
        await this.activity.resolveIncident(manager, organizationId, id, now);
        await this.events.wakeWatch(manager);
      }
      await this.activity.log(manager, organizationId, id, now, {
        action: 'reconnected',
        status: 'success',
        message: 'Connected again; the connection is tested in the background',
      });
    });
  }
}

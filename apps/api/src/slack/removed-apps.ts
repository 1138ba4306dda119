import { Injectable } from '@nestjs/common';
import type { SystemActor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { ConnectedAccounts } from '../inbound/connected-accounts.js';
import { IntegrationStanding } from '../integrations/checks/integration-standing.js';
import type { LiveConnection } from '../integrations/credentials/live-connections.js';
import { CredentialsService } from '../tokens/credentials.service.js';
import { CredentialUnusableError } from '../tokens/usable-credentials.js';
import { SlackApi } from './slack-api.js';
import { SlackFailure } from './slack-failure.js';

const SYSTEM: SystemActor = { kind: 'system', component: 'slack' };

/** Somebody authorised it again, or its token was refreshed, while Slack was asked. */
class Overtaken extends Error {
  readonly reason = 'The token changed while Slack was asked about it; Slack is asked again.';
}

/** What becomes of integrations whose app was removed from its workspace. */
@Injectable()
export class RemovedApps {
  constructor(
    private readonly slack: SlackApi,
    private readonly standing: IntegrationStanding,
    private readonly credentials: CredentialsService,
    private readonly accounts: ConnectedAccounts,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether Slack still takes the token decides: an event may be old, or about a token that was replaced since.
   * @throws AppError when Slack cannot be asked; Overtaken when the token changed meanwhile, and it is to be asked again
   */
  async look(connection: LiveConnection): Promise<void> {
    if (await this.works(connection)) return;
    const { organizationId, integrationId, credentialVersion } = connection;
    await this.standing.breakDown(
      organizationId,
      integrationId,
      {
        actor: SYSTEM,
        action: 'app_removed',
        status: 'needs_reauth',
        kind: 'auth',
        message: 'The app was removed from the workspace',
        hint:
          connection.way.credential_type === 'oauth2'
            ? 'Authorise it again.'
            : 'Install the app in the workspace again and enter the new bot token.',
      },
      async (manager) => {
        const current = await this.credentials.standing(manager, organizationId, integrationId);
        if (current?.version !== credentialVersion) throw new Overtaken('the token changed');
        await this.credentials.withdrawn(manager, organizationId, integrationId);
        const removedAt = this.clock.date();
        await this.accounts.update(manager, organizationId, integrationId, { removedAt });
      },
    );
  }

  private async works(connection: LiveConnection): Promise<boolean> {
    try {
      // One that has ended says nothing of the app; to renew one that was revoked would be to knock with what is gone.
      await this.slack.call(
        connection,
        (client) => client.auth.test(),
        ({ code }) => code === 'token_expired',
      );
      return true;
    } catch (error) {
      // Refused for another reason, it is there; why it cannot be used is found out by the next check.
      if (error instanceof SlackFailure && !error.transient) return !error.tokenDead;
      if (error instanceof CredentialUnusableError && error.needsConsent) return false;
      throw this.slack.explain(connection, error);
    }
  }
}

import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { CredentialsService, type SealedCredential } from '../../tokens/credentials.service.js';
import { ActivityRepository } from '../activity.repository.js';
import type { TestFailure } from '../checks/connection-tester.js';
import { IntegrationChanges } from '../integration-changes.js';
import { IntegrationsRepository } from '../integrations.repository.js';

/** What becomes of credentials that somebody entered for a saved integration. */
@Injectable()
export class CredentialReplacement {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
  ) {}

  /**
   * The new credential takes the old one's place, and the watch looks at it should the process end before it is recorded.
   * @returns its version.
   */
  async keep(actor: Actor, credential: SealedCredential, authMode: string): Promise<string> {
    const { organizationId, integrationId, fieldNames, credentialType } = credential;
    const audit = {
      action: 'credentials.updated',
      metadata: { fields: fieldNames, credential_type: credentialType },
    };
    let version = '';
    await this.transactions.change(
      actor,
      organizationId,
      integrationId,
      audit,
      async (manager, now, current) => {
        [version] = await Promise.all([
          this.credentials.replace(manager, credential),
          this.repository.update(manager, organizationId, integrationId, {
            authMode,
            ...(current.status === 'disabled' ? {} : { nextCheckAt: now }),
            updatedAt: now,
          }),
          this.activity.log(manager, organizationId, integrationId, now, {
            action: 'credentials_updated',
            status: 'success',
            message: `Credentials replaced: ${fieldNames.join(', ')}`,
          }),
        ]);
      },
    );
    return version;
  }

  /** They failed their test: the old ones stay, and that it was tried is written down. */
  async refuse(actor: Actor, organizationId: string, id: string, failure: TestFailure): Promise<void> {
    const audit = {
      action: 'credentials.updated',
      outcome: 'failure' as const,
      metadata: { kind: failure.kind },
    };
    await this.transactions.change(actor, organizationId, id, audit, async (manager, now) => {
      await this.activity.log(manager, organizationId, id, now, {
        action: 'credentials_refused',
        status: 'warning',
        message: `New credentials were not kept: ${failure.reason}`,
        metadata: { kind: failure.kind, hint: failure.hint, status_code: failure.statusCode },
        durationMs: failure.responseTimeMs,
      });
    });
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { CredentialsService, type SealedCredential } from '../../tokens/credentials.service.js';
import { ActivityRepository } from '../activity.repository.js';
import type { TestFailure } from '../checks/connection-tester.js';
import { CredentialReplacement } from './credential-replacement.js';
import { IntegrationChanges } from '../integration-changes.js';
import { IntegrationsRepository } from '../integrations.repository.js';

const auditOf = (fields: string[]) => ({
  action: 'credentials.updated',
  metadata: { fields, credential_type: 'oauth2' },
});

/** What becomes of an OAuth client that somebody entered, written down. */
@Injectable()
export class ClientReplacement {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
    private readonly replacement: CredentialReplacement,
  ) {}

  /** In place of whatever was there; nothing can be done before somebody consents. */
  async startAnew(actor: Actor, credential: SealedCredential, authMode: string): Promise<void> {
    const { organizationId, integrationId: id, fieldNames } = credential;
    await this.transactions.change(
      actor,
      organizationId,
      id,
      auditOf(fieldNames),
      async (manager, now, current) => {
        await this.credentials.replace(manager, credential);
        await this.repository.update(manager, organizationId, id, {
          authMode,
          nextCheckAt: null,
          errorCode: null,
          errorMessage: null,
          errorHint: null,
          consecutiveFailures: 0,
          ...(current.status === 'disabled' || current.status === 'pending'
            ? {}
            : { status: 'pending', statusChangedAt: now }),
          updatedAt: now,
        });
        await this.log(
          manager,
          organizationId,
          id,
          now,
          'OAuth client replaced; it must be authorised again',
        );
      },
    );
  }

  /**
   * Beside the tokens that are there.
   * @throws AppError CONFLICT when those have become others
   */
  async keepBeside(actor: Actor, credential: SealedCredential, version: string): Promise<void> {
    const { organizationId, integrationId: id, fieldNames } = credential;
    await this.transactions.change(actor, organizationId, id, auditOf(fieldNames), async (manager, now) => {
      const standing = await this.credentials.standing(manager, organizationId, id);
      if (standing?.version !== version)
        throw new AppError('CONFLICT', 'The credential was changed at the same moment. Try again.');
      await this.credentials.replace(manager, credential);
      await this.log(manager, organizationId, id, now, 'OAuth client replaced');
    });
  }

  /** It was kept with the tokens that it brought. */
  async note(actor: Actor, organizationId: string, id: string, fields: string[]): Promise<void> {
    await this.transactions.change(actor, organizationId, id, auditOf(fields), (manager, now) =>
      this.log(manager, organizationId, id, now, 'OAuth client replaced, after a refresh with it'),
    );
  }

  /** It was tried and not kept. */
  refuse(actor: Actor, organizationId: string, id: string, failure: TestFailure): Promise<void> {
    return this.replacement.refuse(actor, organizationId, id, failure);
  }

  private log(
    manager: EntityManager,
    organizationId: string,
    id: string,
    at: Date,
    message: string,
  ): Promise<void> {
    const entry = { action: 'credentials_updated', status: 'success' as const, message };
    return this.activity.log(manager, organizationId, id, at, entry);
  }
}

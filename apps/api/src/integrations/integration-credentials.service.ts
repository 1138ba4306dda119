import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { WithMessage } from '../common/envelope.js';
import { CredentialsService } from '../tokens/credentials.service.js';
import { credentialExpiry } from '../tokens/structure/credential-structure.js';
import { connectionFailed } from './connection-failed.js';
import { ConnectionTester } from './connection-tester.js';
import { CredentialReplacement } from './credential-replacement.js';
import type { CredentialMetadataDto, IntegrationDto } from './integration.dto.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationReader } from './integration-reader.js';
import { OutcomeRecorder } from './outcome-recorder.js';

/** The credentials of saved integrations: what is set, and new ones, which must pass a test before they are kept. */
@Injectable()
export class IntegrationCredentialsService {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly input: IntegrationInput,
    private readonly tester: ConnectionTester,
    private readonly credentials: CredentialsService,
    private readonly replacement: CredentialReplacement,
    private readonly recorder: OutcomeRecorder,
  ) {}

  /** Names, state and age of what is sealed; never a value. */
  async inspect(actor: Actor, id: string): Promise<{ credentials: CredentialMetadataDto }> {
    const row = await this.reader.requirePermitted(actor, 'credentials:inspect', id);
    const credential = await this.credentials.find(row.organization_id, id);
    if (!credential) throw AppError.notFound('credential');
    return {
      credentials: {
        credential_type: credential.credentialType,
        auth_mode: row.auth_mode,
        state: credential.state,
        fields: credential.fieldNames,
        expires_at: credential.expiresAt,
        key_version: credential.keyVersion,
        last_used_at: credential.lastUsedAt,
        created_at: credential.createdAt,
        updated_at: credential.updatedAt,
      },
    };
  }

  /** Tests new credentials first; the old ones stay when they fail. @throws AppError VALIDATION_FAILED, CONNECTION_FAILED */
  async replace(
    actor: Actor,
    id: string,
    body: Record<string, unknown>,
  ): Promise<WithMessage<{ integration: IntegrationDto }>> {
    const row = await this.reader.requirePermitted(actor, 'credentials:update', id);
    const { manifest } = this.input.savedType(row.integration_type_id, row.auth_mode);
    const { way, credentials } = this.input.credentials(manifest, body);
    const outcome = await this.tester.test({ manifest, way, config: row.config, credentials }, 'test');
    if (!outcome.ok) {
      await this.replacement.refuse(actor, row.organization_id, id, outcome);
      throw connectionFailed(outcome);
    }
    const current = await this.credentials.find(row.organization_id, id);
    const credential = await this.credentials.seal(
      row.organization_id,
      id,
      {
        credentialType: way.credential_type,
        fields: credentials,
        expiresAt: credentialExpiry(way.credential_type, credentials),
        proven: true,
      },
      // Of the same kind it takes the same row, which keeps the version before until this one is proven.
      current?.credentialType === way.credential_type && row.auth_mode === way.id ? current.id : undefined,
    );
    const credentialVersion = await this.replacement.keep(actor, credential, way.id);
    await this.recorder.record(
      {
        organizationId: row.organization_id,
        integrationId: id,
        credentialVersion,
        config: row.config,
      },
      outcome,
      { kind: 'person', actor },
    );
    return new WithMessage(
      await this.reader.get(actor, id),
      'The new credentials work and have replaced the old ones.',
    );
  }
}

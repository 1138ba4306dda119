import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { WithMessage } from '../../common/envelope.js';
import { CredentialsService } from '../../tokens/credentials.service.js';
import { EnteredClients } from './entered-clients.js';
import { EnteredCredentials } from './entered-credentials.js';
import type { CredentialMetadataDto, IntegrationDto } from '../integration.dto.js';
import { IntegrationInput } from '../integration-input.js';
import { IntegrationReader } from '../integration-reader.js';
import { needsConsent } from '../tokens/oauth-parties.js';

/** The credentials of saved integrations: what is set, and new ones, which must pass a test before they are kept. */
@Injectable()
export class IntegrationCredentialsService {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly input: IntegrationInput,
    private readonly credentials: CredentialsService,
    private readonly entered: EnteredCredentials,
    private readonly clients: EnteredClients,
  ) {}

  /** Names, state and age of what is sealed; never a value. */
  async inspect(actor: Actor, id: string): Promise<{ credentials: CredentialMetadataDto }> {
    const row = await this.reader.requirePermitted(actor, 'credentials:inspect', id);
    const credential = await this.credentials.find(row.organization_id, id);
    if (!credential) throw AppError.notFound('credential');
    const { refused_at: refusedAt } = credential.metadata;
    return {
      credentials: {
        credential_type: credential.credentialType,
        auth_mode: row.auth_mode,
        state: credential.state,
        refused_at: refusedAt === undefined ? null : new Date(refusedAt),
        fields: credential.fieldNames,
        expires_at: credential.expiresAt,
        key_version: credential.keyVersion,
        last_used_at: credential.lastUsedAt,
        created_at: credential.createdAt,
        updated_at: credential.updatedAt,
      },
    };
  }

  /** New credentials are tried first; the old ones stay when they fail. @throws AppError VALIDATION_FAILED, CONNECTION_FAILED */
  async replace(
    actor: Actor,
    id: string,
    body: Record<string, unknown>,
  ): Promise<WithMessage<{ integration: IntegrationDto }>> {
    const row = await this.reader.requirePermitted(actor, 'credentials:update', id);
    const { manifest } = this.input.savedType(row.integration_type_id, row.auth_mode);
    const entered = this.input.credentials(manifest, row.config, body);
    const connection = { manifest, config: row.config, ...entered };
    const message = needsConsent(entered.way)
      ? await this.clients.keep(actor, row, connection)
      : await this.entered.keep(actor, row, connection);
    return new WithMessage(await this.reader.get(actor, id), message);
  }
}

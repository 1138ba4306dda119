import { Injectable } from '@nestjs/common';
import type { AuthWay, FieldValue } from '@latchkey/catalogue';
import { AppError } from '../../common/app-error.js';
import {
  type CredentialFields,
  CredentialsService,
  type SealedCredential,
} from '../../tokens/credentials.service.js';
import type { OAuthParty } from '../../tokens/oauth2/oauth-client.js';
import { OAuthClients } from '../../tokens/oauth2/oauth-clients.js';
import { UnsealError } from '../../vault/sealed-format.js';
import { IntegrationInput } from '../integration-input.js';
import type { IntegrationRow } from '../integration.row.js';

/** A saved integration that is connected by a consent, and whom to ask for tokens as whom. */
export interface SavedParty extends OAuthParty {
  /** Opened: it holds secrets. */
  fields: CredentialFields;
  credential: SealedCredential;
}

type Saved = Pick<
  IntegrationRow,
  'organization_id' | 'id' | 'integration_type_id' | 'auth_mode' | 'config' | 'name'
>;

/** True for ways that bring no credential before somebody has consented at the provider. */
export const needsConsent = (way: AuthWay): boolean => way.oauth2 !== undefined;

/** Who asks whom for a consent. */
@Injectable()
export class OAuthParties {
  constructor(
    private readonly input: IntegrationInput,
    private readonly credentials: CredentialsService,
    private readonly clients: OAuthClients,
  ) {}

  /** @throws AppError CONFLICT with what to do when this integration cannot be authorised */
  async require(row: Saved): Promise<SavedParty> {
    const { organization_id: organizationId, id, config, name } = row;
    const { manifest, way } = this.input.savedType(row.integration_type_id, row.auth_mode);
    if (!needsConsent(way))
      throw new AppError(
        'CONFLICT',
        `“${name}” is connected by “${way.title}”, which needs no authorisation at ${manifest.name}. To change that, choose another way to authenticate in its settings.`,
      );
    const credential = await this.credentials.find(organizationId, id);
    if (!credential)
      throw new AppError('CONFLICT', `“${name}” has no credential. Enter the OAuth client in its settings.`);
    const fields = await this.open(credential, name);
    const client = this.clients.resolve({ manifest, way, config }, fields);
    if (!client)
      throw new AppError('CONFLICT', `“${name}” has no OAuth client. ${this.howToGetOne(manifest.name)}`);
    return { manifest, way, config, client, fields, credential };
  }

  /**
   * The settings with what the answer of the provider adds to them: the address of the tenant, for one.
   * @throws AppError VALIDATION_FAILED when it does not fit there
   */
  configured(
    { manifest, way, config }: SavedParty,
    captured: Record<string, string>,
  ): Record<string, FieldValue> {
    if (Object.keys(captured).length === 0) return config;
    return this.input.config(manifest, way, { ...config, ...captured });
  }

  /** What to do where nobody has a client. */
  howToGetOne(provider: string): string {
    return `Register one at ${provider} with the callback URL ${this.clients.callbackUrl}, and enter its client ID and secret.`;
  }

  private async open(credential: SealedCredential, name: string): Promise<CredentialFields> {
    try {
      return await this.credentials.open(credential);
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      throw new AppError(
        'CONFLICT',
        `The stored credential of “${name}” cannot be opened. Enter the OAuth client again in its settings, or restore the key it was sealed under.`,
        { cause: error },
      );
    }
  }
}

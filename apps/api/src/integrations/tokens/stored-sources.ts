import { Injectable } from '@nestjs/common';
import type { CredentialSource } from '../../tokens/credential-source.js';
import {
  CredentialsService,
  type SealedCredential,
  tokenStandingOf,
  versionOf,
} from '../../tokens/credentials.service.js';
import { UnsealError } from '../../vault/sealed-format.js';
import type { Integration } from '../integration.entity.js';
import { IntegrationInput } from '../integration-input.js';
import { IntegrationsRepository } from '../integrations.repository.js';

/** Why a stored credential cannot be used at all. */
export interface SourceProblem {
  reason: string;
  hint: string;
}

/** A saved integration with its credential in the clear, or why there is none. */
export interface StoredSource {
  integration: Integration | null;
  credential: SealedCredential | null;
  source: (CredentialSource & { integrationId: string; credentialVersion: string }) | null;
  problem: SourceProblem | null;
}

const NO_CREDENTIAL = {
  reason: 'No credential is stored',
  hint: 'Enter the credentials in the settings.',
};
const UNKNOWN_TYPE = {
  reason: 'This version of Latchkey does not know the type',
  hint: 'Delete the integration, or go back to a version that knows it.',
};
const UNREADABLE = {
  reason: 'The stored credential cannot be opened',
  hint: 'Enter the credentials again, or restore the key they were sealed under.',
};

/** Opens what is saved, for work that no program asked for. */
@Injectable()
export class StoredSources {
  constructor(
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly input: IntegrationInput,
  ) {}

  async load(organizationId: string, integrationId: string): Promise<StoredSource> {
    const [integration, credential] = await Promise.all([
      this.repository.load(organizationId, integrationId),
      this.credentials.find(organizationId, integrationId),
    ]);
    if (!integration || !credential) return { integration, credential, source: null, problem: NO_CREDENTIAL };
    const type = this.input.findSavedType(integration.integrationTypeId, integration.authMode);
    if (!type) return { integration, credential, source: null, problem: UNKNOWN_TYPE };
    try {
      const fields = await this.credentials.open(credential);
      const token = tokenStandingOf(credential);
      const source = {
        organizationId,
        integrationId,
        credentialVersion: versionOf(credential),
        ...type,
        config: integration.config,
        fields,
        ...(token && { token }),
      };
      return { integration, credential, source, problem: null };
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      return { integration, credential, source: null, problem: UNREADABLE };
    }
  }
}

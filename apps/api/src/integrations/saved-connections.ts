import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import { CredentialsService, versionOf } from '../tokens/credentials.service.js';
import { UnsealError } from '../vault/sealed-format.js';
import { ConnectionTester, type TestFailure, type TestOutcome } from './connection-tester.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationsRepository } from './integrations.repository.js';

export interface SavedTest {
  /** The version of the credential that was tried; null when there was none. */
  credentialVersion: string | null;
  /** The settings it was tried with. */
  config: Record<string, FieldValue>;
  outcome: TestOutcome;
}

function unusable(reason: string, hint: string): TestFailure {
  return {
    ok: false,
    kind: 'config',
    reason,
    hint,
    message: 'The connection could not be tried',
    credentialRefused: false,
    responseTimeMs: 0,
  };
}

/** Opens what is saved and tries it. One row that does not open is reported as broken and harms nothing else. */
@Injectable()
export class SavedConnections {
  constructor(
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly input: IntegrationInput,
    private readonly tester: ConnectionTester,
  ) {}

  async test(organizationId: string, integrationId: string, purpose: 'test' | 'health'): Promise<SavedTest> {
    const integration = await this.repository.load(organizationId, integrationId);
    const credential = await this.credentials.find(organizationId, integrationId);
    const config = integration?.config ?? {};
    if (!integration || !credential) {
      return {
        credentialVersion: null,
        config,
        outcome: unusable('No credential is stored', 'Enter the credentials in the settings.'),
      };
    }
    const type = this.input.findSavedType(integration.integrationTypeId, integration.authMode);
    if (!type) {
      return {
        credentialVersion: versionOf(credential),
        config,
        outcome: unusable(
          'This version of Latchkey does not know the type',
          'Delete the integration, or go back to a version that knows it.',
        ),
      };
    }
    try {
      const fields = await this.credentials.open(credential);
      const credentialVersion = versionOf(credential);
      const saved = { organizationId, integrationId, credentialVersion };
      const outcome = await this.tester.test({ ...type, config, credentials: fields, saved }, purpose);
      return { credentialVersion, config, outcome };
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      return {
        credentialVersion: versionOf(credential),
        config,
        outcome: unusable(
          'The stored credential cannot be opened',
          'Enter the credentials again, or restore the key they were sealed under.',
        ),
      };
    }
  }
}

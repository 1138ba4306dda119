import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { ActivityRepository } from './activity.repository.js';
import { CheckSchedule } from './check-schedule.js';
import { ConnectionTester, TestLimits } from './connection-tester.js';
import { CredentialReplacement } from './credential-replacement.js';
import { DraftTests } from './draft-tests.js';
import { DueIntegrations } from './due-integrations.js';
import { IdempotentRequests } from './idempotent-requests.js';
import { IncidentReporter } from './incident-reporter.js';
import { IntegrationChanges } from './integration-changes.js';
import { IntegrationCreationService } from './integration-creation.service.js';
import { IntegrationCredentialsService } from './integration-credentials.service.js';
import { IntegrationEditingService } from './integration-editing.service.js';
import { IntegrationEvents } from './integration-events.js';
import { IntegrationImportService } from './integration-import.service.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationOperationsController } from './integration-operations.controller.js';
import { IntegrationReader } from './integration-reader.js';
import { IntegrationStore } from './integration-store.js';
import { IntegrationTestingService } from './integration-testing.service.js';
import { IntegrationsController } from './integrations.controller.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LiveConnections } from './live-connections.js';
import { LiveConnectionsRepository } from './live-connections.repository.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { SavedConnections } from './saved-connections.js';
import { UnreadableCredentials } from './unreadable-credentials.js';

@Module({
  imports: [AuditModule, CatalogueModule, IdentityModule, TokensModule, VaultModule],
  controllers: [IntegrationsController, IntegrationOperationsController],
  providers: [
    ActivityRepository,
    CheckSchedule,
    ConnectionTester,
    CredentialReplacement,
    DraftTests,
    DueIntegrations,
    IdempotentRequests,
    IncidentReporter,
    IntegrationChanges,
    IntegrationCreationService,
    IntegrationCredentialsService,
    IntegrationEditingService,
    IntegrationEvents,
    IntegrationImportService,
    IntegrationInput,
    IntegrationReader,
    IntegrationStore,
    IntegrationTestingService,
    IntegrationsRepository,
    LiveConnections,
    LiveConnectionsRepository,
    OutcomeRecorder,
    SavedConnections,
    TestLimits,
    UnreadableCredentials,
  ],
  exports: [
    DueIntegrations,
    IdempotentRequests,
    IntegrationImportService,
    IntegrationReader,
    LiveConnections,
  ],
})
export class IntegrationsModule {}

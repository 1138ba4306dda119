import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { ActivityRepository } from './activity.repository.js';
import { AfterConnect } from './after-connect.js';
import { CheckSchedule } from './check-schedule.js';
import { ClientReplacement } from './client-replacement.js';
import { ConnectionTester, TestLimits } from './connection-tester.js';
import { ConsentStore } from './consent-store.js';
import { CredentialReplacement } from './credential-replacement.js';
import { DerivedTokens } from './derived-tokens.js';
import { DraftTests } from './draft-tests.js';
import { DueIntegrations } from './due-integrations.js';
import { DueTokens } from './due-tokens.js';
import { EnteredClients } from './entered-clients.js';
import { EnteredCredentials } from './entered-credentials.js';
import { IdempotentRequests } from './idempotent-requests.js';
import { IncidentReporter } from './incident-reporter.js';
import { IntegrationChanges } from './integration-changes.js';
import { IntegrationCreationService } from './integration-creation.service.js';
import { IntegrationCredentialsService } from './integration-credentials.service.js';
import { IntegrationEditingService } from './integration-editing.service.js';
import { IntegrationEvents } from './integration-events.js';
import { IntegrationImportService } from './integration-import.service.js';
import { InstalledIntegrations } from './installed-integrations.js';
import { InstalledRenewal } from './installed-renewal.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationOperationsController } from './integration-operations.controller.js';
import { IntegrationReader } from './integration-reader.js';
import { IntegrationStanding } from './integration-standing.js';
import { IntegrationStore } from './integration-store.js';
import { IntegrationTestingService } from './integration-testing.service.js';
import { IntegrationTokens } from './integration-tokens.js';
import { IntegrationsController } from './integrations.controller.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LiveConnections } from './live-connections.js';
import { LiveConnectionsRepository } from './live-connections.repository.js';
import { OAuthParties } from './oauth-parties.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { Recoveries } from './recoveries.js';
import { RecoveryJournal } from './recovery-journal.js';
import { ResourceSelection } from './resource-selection.js';
import { SavedConnections } from './saved-connections.js';
import { StoredSources } from './stored-sources.js';
import { IntegrationTokenOwner } from './token-owner.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenHistoryRepository } from './token-history.repository.js';
import { TokenReader } from './token-reader.js';
import { TokenRecovery } from './token-recovery.js';
import { TokenRefreshes } from './token-refreshes.service.js';
import { TokensController } from './tokens.controller.js';
import { SelectedResourcesRepository } from './selected-resources.repository.js';
import { UnreadableCredentials } from './unreadable-credentials.js';

@Module({
  imports: [AuditModule, CatalogueModule, IdentityModule, TokensModule, VaultModule],
  controllers: [IntegrationsController, IntegrationOperationsController, TokensController],
  providers: [
    ActivityRepository,
    AfterConnect,
    CheckSchedule,
    ClientReplacement,
    ConnectionTester,
    ConsentStore,
    CredentialReplacement,
    DerivedTokens,
    DraftTests,
    DueIntegrations,
    DueTokens,
    EnteredClients,
    EnteredCredentials,
    IdempotentRequests,
    IncidentReporter,
    IntegrationChanges,
    IntegrationCreationService,
    IntegrationCredentialsService,
    IntegrationEditingService,
    IntegrationEvents,
    IntegrationImportService,
    InstalledIntegrations,
    InstalledRenewal,
    IntegrationInput,
    IntegrationReader,
    IntegrationStanding,
    IntegrationStore,
    IntegrationTestingService,
    IntegrationTokenOwner,
    IntegrationTokens,
    IntegrationsRepository,
    LiveConnections,
    LiveConnectionsRepository,
    OAuthParties,
    OutcomeRecorder,
    Recoveries,
    RecoveryJournal,
    ResourceSelection,
    SavedConnections,
    SelectedResourcesRepository,
    StoredSources,
    TestLimits,
    TokenHistoryRepository,
    TokenReader,
    TokenRecovery,
    TokenRefreshes,
    TokenRevocation,
    UnreadableCredentials,
  ],
  exports: [
    AfterConnect,
    ConsentStore,
    DueIntegrations,
    DueTokens,
    IdempotentRequests,
    InstalledIntegrations,
    IntegrationEditingService,
    IntegrationImportService,
    IntegrationReader,
    IntegrationStanding,
    IntegrationTestingService,
    IntegrationTokens,
    LiveConnections,
    OAuthParties,
    Recoveries,
    RecoveryJournal,
    ResourceSelection,
    TokenRefreshes,
  ],
})
export class IntegrationsModule {}

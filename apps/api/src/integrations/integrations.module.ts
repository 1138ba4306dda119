import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { ActivityRepository } from './activity.repository.js';
import { AfterConnect } from './after-connect.js';
import { CheckSchedule } from './checks/check-schedule.js';
import { ClientReplacement } from './credentials/client-replacement.js';
import { ConnectionTester, TestLimits } from './checks/connection-tester.js';
import { ConsentStore } from './credentials/consent-store.js';
import { CredentialReplacement } from './credentials/credential-replacement.js';
import { DemoIntegrations } from './demo/demo-integrations.js';
import { DemoIntegrationsRepository } from './demo/demo-integrations.repository.js';
import { DerivedTokens } from './tokens/derived-tokens.js';
import { DraftTests } from './checks/draft-tests.js';
import { DueIntegrations } from './checks/due-integrations.js';
import { DueTokens } from './tokens/due-tokens.js';
import { EnteredClients } from './credentials/entered-clients.js';
import { EnteredCredentials } from './credentials/entered-credentials.js';
import { IdempotentRequests } from './idempotent-requests.js';
import { IncidentReporter } from './checks/incident-reporter.js';
import { IntegrationChanges } from './integration-changes.js';
import { IntegrationCreationService } from './integration-creation.service.js';
import { IntegrationCredentialsService } from './credentials/integration-credentials.service.js';
import { IntegrationEditingService } from './integration-editing.service.js';
import { IntegrationEvents } from './integration-events.js';
import { IntegrationImportService } from './integration-import.service.js';
import { InstalledIntegrations } from './installed-integrations.js';
import { InstalledRenewal } from './credentials/installed-renewal.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationOperationsController } from './integration-operations.controller.js';
import { IntegrationListRepository } from './list/integration-list.repository.js';
import { IntegrationReader } from './integration-reader.js';
import { IntegrationStanding } from './checks/integration-standing.js';
import { IntegrationStore } from './integration-store.js';
import { IntegrationTestingService } from './checks/integration-testing.service.js';
import { IntegrationTokens } from './tokens/integration-tokens.js';
import { IntegrationsController } from './integrations.controller.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LiveConnections } from './credentials/live-connections.js';
import { LiveConnectionsRepository } from './credentials/live-connections.repository.js';
import { OAuthParties } from './tokens/oauth-parties.js';
import { OutcomeRecorder } from './checks/outcome-recorder.js';
import { Recoveries } from './checks/recoveries.js';
import { RecoveryJournal } from './checks/recovery-journal.js';
import { ResourceSelection } from './resources/resource-selection.js';
import { SavedConnections } from './checks/saved-connections.js';
import { SteadyChecksRepository } from './checks/steady-checks.repository.js';
import { SteadyOutcomes } from './checks/steady-outcomes.js';
import { StoredSources } from './tokens/stored-sources.js';
import { IntegrationTokenOwner } from './tokens/token-owner.js';
import { TokenRevocation } from './tokens/token-revocation.js';
import { TokenHistoryRepository } from './tokens/token-history.repository.js';
import { TokenReader } from './tokens/token-reader.js';
import { TokenRecovery } from './tokens/token-recovery.js';
import { TokenRefreshes } from './tokens/token-refreshes.service.js';
import { TokensController } from './tokens/tokens.controller.js';
import { SelectedResourcesRepository } from './resources/selected-resources.repository.js';
import { UnreadableCredentials } from './credentials/unreadable-credentials.js';

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
    DemoIntegrations,
    DemoIntegrationsRepository,
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
    IntegrationListRepository,
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
    SteadyChecksRepository,
    SteadyOutcomes,
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

import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ConnectModule } from '../connect/connect.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { AppCreation } from './app-creation.js';
import { AppPages } from './app-pages.js';
import { DeliverySyncs } from './delivery-syncs.js';
import { DeliveryWorker } from './delivery-worker.js';
import { FlowLanding } from './flow-landing.js';
import { GitHubAppController } from './github-app.controller.js';
import { GitHubAppPagesController } from './github-app-pages.controller.js';
import { GitHubAppPages } from './github-app-pages.service.js';
import { GitHubAppWebhookController } from './github-app-webhook.controller.js';
import { GitHubAppsRepository } from './github-apps.repository.js';
import { GitHubAppsService } from './github-apps.service.js';
import { HookRecovery } from './hook-recovery.js';
import { HookRepair } from './hook-repair.js';
import { HookStates } from './hook-states.js';
import { ClaimFlow } from './claim-flow.service.js';
import { InstallFlow } from './install-flow.service.js';
import { InstallationConnections } from './installation-connections.js';
import { InstallationRecovery } from './installation-recovery.js';
import { InstallationStates } from './installation-states.js';
import { InstallationWork } from './installation-work.js';
import { KnownApps } from './known-apps.js';
import { ManifestFlow } from './manifest-flow.service.js';
import { RepositoriesModule } from './repositories/repositories.module.js';
import { SealedApps } from './sealed-apps.js';
import { SetupService } from './setup.service.js';
import { UserProof } from './user-proof.js';
import { WebhookService } from './webhook.service.js';

@Module({
  imports: [
    AuditModule,
    ConnectModule,
    IdentityModule,
    InboundModule,
    IntegrationsModule,
    RepositoriesModule,
    TokensModule,
    VaultModule,
  ],
  controllers: [GitHubAppController, GitHubAppPagesController, GitHubAppWebhookController],
  providers: [
    AppCreation,
    AppPages,
    ClaimFlow,
    DeliverySyncs,
    DeliveryWorker,
    FlowLanding,
    GitHubAppPages,
    GitHubAppsRepository,
    GitHubAppsService,
    HookRecovery,
    HookRepair,
    HookStates,
    InstallFlow,
    InstallationConnections,
    InstallationRecovery,
    InstallationStates,
    InstallationWork,
    KnownApps,
    ManifestFlow,
    SealedApps,
    SetupService,
    UserProof,
    WebhookService,
  ],
})
export class GitHubAppModule {}

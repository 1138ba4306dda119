import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ConnectModule } from '../connect/connect.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { AppCreation } from './apps/app-creation.js';
import { AppPages } from './apps/app-pages.js';
import { DeliverySyncs } from './webhooks/delivery-syncs.js';
import { DeliveryWorker } from './webhooks/delivery-worker.js';
import { FlowLanding } from './installations/flow-landing.js';
import { GitHubAppController } from './github-app.controller.js';
import { GitHubAppPagesController } from './github-app-pages.controller.js';
import { GitHubAppPages } from './github-app-pages.service.js';
import { GitHubAppWebhookController } from './webhooks/github-app-webhook.controller.js';
import { GitHubAppsRepository } from './apps/github-apps.repository.js';
import { GitHubAppsService } from './apps/github-apps.service.js';
import { HookRecovery } from './webhooks/hook-recovery.js';
import { HookRepair } from './webhooks/hook-repair.js';
import { HookStates } from './webhooks/hook-states.js';
import { ClaimFlow } from './installations/claim-flow.service.js';
import { InstallFlow } from './installations/install-flow.service.js';
import { InstallationConnections } from './installations/installation-connections.js';
import { InstallationRecovery } from './installations/installation-recovery.js';
import { InstallationStates } from './installations/installation-states.js';
import { InstallationWork } from './installations/installation-work.js';
import { KnownApps } from './apps/known-apps.js';
import { ManifestFlow } from './apps/manifest-flow.service.js';
import { RepositoriesModule } from './repositories/repositories.module.js';
import { SealedApps } from './apps/sealed-apps.js';
import { SetupService } from './installations/setup.service.js';
import { UserProof } from './installations/user-proof.js';
import { WebhookService } from './webhooks/webhook.service.js';

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

import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { ClientSettings } from './client-settings.js';
import { ConnectController } from './connect.controller.js';
import { ConsentExchange } from './consent-exchange.js';
import { ConsentRequests } from './consent-requests.service.js';
import { Consents } from './consents.service.js';
import { FlowJournal } from './flow-journal.js';
import { FlowStates } from './flow-states.service.js';
import { FlowStatesRepository } from './flow-states.repository.js';
import { OAuthCallback } from './oauth-callback.service.js';
import { OAuthCallbackController } from './oauth-callback.controller.js';
import { ResourceChoice } from './resources/resource-choice.service.js';
import { ResourceListing } from './resources/resource-listing.js';
import { ResourcesController } from './resources/resources.controller.js';

@Module({
  imports: [AuditModule, AuthModule, CatalogueModule, IntegrationsModule, TokensModule, VaultModule],
  controllers: [ConnectController, OAuthCallbackController, ResourcesController],
  providers: [
    ClientSettings,
    ConsentExchange,
    ConsentRequests,
    Consents,
    FlowJournal,
    FlowStates,
    FlowStatesRepository,
    OAuthCallback,
    ResourceChoice,
    ResourceListing,
  ],
  exports: [FlowStates],
})
export class ConnectModule {}

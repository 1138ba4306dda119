import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { ProgramAuthenticator } from '../common/program-authenticator.js';
import { IdentityModule } from '../identity/identity.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { CredentialValuesController } from './credential-values.controller.js';
import { CredentialValues } from './credential-values.service.js';
import { ServiceTokenAuthenticator } from './service-token-authenticator.js';
import { ServiceTokenCreation } from './service-token-creation.js';
import { ServiceTokenInput } from './service-token-input.js';
import { ServiceTokenSecrets } from './service-token-secrets.js';
import { ServiceTokenUses } from './service-token-uses.js';
import { ServiceTokensController } from './service-tokens.controller.js';
import { ServiceTokensRepository } from './service-tokens.repository.js';
import { ServiceTokensService } from './service-tokens.service.js';

/** What programs use: service tokens, credentials in the clear, and the proxy. */
@Module({
  imports: [
    AuditModule,
    CatalogueModule,
    IdentityModule,
    IntegrationsModule,
    TokensModule,
    UsageModule,
    VaultModule,
  ],
  controllers: [CredentialValuesController, ServiceTokensController],
  providers: [
    CredentialValues,
    ServiceTokenAuthenticator,
    ServiceTokenCreation,
    ServiceTokenInput,
    ServiceTokenSecrets,
    ServiceTokenUses,
    ServiceTokensRepository,
    ServiceTokensService,
    { provide: ProgramAuthenticator, useExisting: ServiceTokenAuthenticator },
  ],
})
export class AccessModule {}

import { Module } from '@nestjs/common';
import { VaultModule } from '../vault/vault.module.js';
import { AppKeys } from './app-keys.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';
import { OAuthClient } from './oauth2/oauth-client.js';
import { OAuthClients } from './oauth2/oauth-clients.js';
import { OAuthTokens } from './oauth2/oauth-tokens.js';
import { RefreshAttempts } from './oauth2/refresh-attempts.js';
import { TokenLeasesRepository } from './oauth2/token-leases.repository.js';
import { TokenOutcomes } from './oauth2/token-outcomes.js';
import { TokenRefresher } from './oauth2/token-refresher.js';
import { TokenWaits } from './oauth2/token-waits.js';
import { SealedCredentials } from './sealed-credentials.js';
import { UsableCredentials } from './usable-credentials.js';

@Module({
  imports: [VaultModule],
  providers: [
    AppKeys,
    CredentialsRepository,
    CredentialsService,
    OAuthClient,
    OAuthClients,
    OAuthTokens,
    RefreshAttempts,
    SealedCredentials,
    TokenLeasesRepository,
    TokenOutcomes,
    TokenRefresher,
    TokenWaits,
    UsableCredentials,
  ],
  exports: [
    AppKeys,
    CredentialsService,
    OAuthClient,
    OAuthClients,
    TokenOutcomes,
    TokenRefresher,
    UsableCredentials,
  ],
})
export class TokensModule {}

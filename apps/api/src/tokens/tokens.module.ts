import { Module } from '@nestjs/common';
import { VaultModule } from '../vault/vault.module.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';
import { SealedCredentials } from './sealed-credentials.js';
import { UsableCredentials } from './usable-credentials.js';

@Module({
  imports: [VaultModule],
  providers: [CredentialsRepository, CredentialsService, SealedCredentials, UsableCredentials],
  exports: [CredentialsService, UsableCredentials],
})
export class TokensModule {}

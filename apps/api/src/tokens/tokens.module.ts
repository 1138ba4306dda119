import { Module } from '@nestjs/common';
import { VaultModule } from '../vault/vault.module.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';

@Module({
  imports: [VaultModule],
  providers: [CredentialsRepository, CredentialsService],
  exports: [CredentialsService],
})
export class TokensModule {}

import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { AdminController } from './admin.controller.js';
import { AdminKeysController } from './admin-keys.controller.js';
import { AdminKeysService } from './admin-keys.service.js';
import { AdminService } from './admin.service.js';
import { KeyOperationsService } from './key-operations.service.js';

@Module({
  imports: [IdentityModule, VaultModule],
  controllers: [AdminController, AdminKeysController],
  providers: [AdminKeysService, AdminService, KeyOperationsService],
})
export class AdminModule {}

import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { AdminController } from './admin.controller.js';
import { AdminService } from './admin.service.js';

@Module({ imports: [IdentityModule, VaultModule], controllers: [AdminController], providers: [AdminService] })
export class AdminModule {}

import { Module } from '@nestjs/common';
import { VaultModule } from '../vault/vault.module.js';
import { IdentityService } from './identity.service.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { PermissionsController } from './permissions.controller.js';
import { UsersRepository } from './users.repository.js';

@Module({
  imports: [VaultModule],
  controllers: [PermissionsController],
  providers: [UsersRepository, OrganizationsRepository, IdentityService],
  exports: [IdentityService],
})
export class IdentityModule {}

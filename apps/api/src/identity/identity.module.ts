import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { IdentityService } from './identity.service.js';
import { OrganizationSettings } from './organization-settings.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { OrganizationsService } from './organizations.service.js';
import { PermissionsController } from './permissions.controller.js';
import { UsersRepository } from './users.repository.js';

@Module({
  imports: [AuditModule, VaultModule],
  controllers: [OrganizationsController, PermissionsController],
  providers: [
    UsersRepository,
    OrganizationSettings,
    OrganizationsRepository,
    OrganizationsService,
    IdentityService,
  ],
  exports: [IdentityService, OrganizationSettings],
})
export class IdentityModule {}

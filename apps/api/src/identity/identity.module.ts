import { Module } from '@nestjs/common';
import { IdentityService } from './identity.service.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { PermissionsController } from './permissions.controller.js';
import { UsersRepository } from './users.repository.js';

@Module({
  controllers: [PermissionsController],
  providers: [UsersRepository, OrganizationsRepository, IdentityService],
  exports: [IdentityService],
})
export class IdentityModule {}

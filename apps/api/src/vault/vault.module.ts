import { Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { Installation, openInstallation } from './installation.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { VaultService } from './vault.service.js';

@Module({
  providers: [
    { provide: Installation, inject: [Database, Environment], useFactory: openInstallation },
    OrganizationKeysRepository,
    VaultService,
  ],
  exports: [Installation, VaultService],
})
export class VaultModule {}

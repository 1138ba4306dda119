import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.js';
import { IntegrationsModule } from '../../integrations/integrations.module.js';
import { TokensModule } from '../../tokens/tokens.module.js';
import { GitHubClients } from '../github-clients.js';
import { RepositoriesController } from './repositories.controller.js';
import { RepositoriesRepository } from './repositories.repository.js';
import { RepositoriesService } from './repositories.service.js';
import { RepositoryChanges } from './repository-changes.js';
import { RepositoryListing } from './repository-listing.js';
import { RepositorySyncRun } from './repository-sync-run.js';
import { RepositorySyncs } from './repository-sync.service.js';
import { RepositorySyncsRepository } from './repository-syncs.repository.js';

@Module({
  imports: [AuditModule, IntegrationsModule, TokensModule],
  controllers: [RepositoriesController],
  providers: [
    GitHubClients,
    RepositoriesRepository,
    RepositoriesService,
    RepositoryChanges,
    RepositoryListing,
    RepositorySyncRun,
    RepositorySyncs,
    RepositorySyncsRepository,
  ],
  exports: [GitHubClients, RepositoriesService, RepositoryChanges, RepositorySyncs],
})
export class RepositoriesModule {}

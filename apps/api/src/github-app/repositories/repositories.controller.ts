import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../common/actor.js';
import { Auth, RequirePermission } from '../../common/decorators.js';
import { Pagination } from '../../common/pagination.js';
import { Fails, Replies, Summary } from '../../common/replies.js';
import { UuidParam } from '../../common/uuid-param.js';
import { RepositoriesQuery, RepositoryDto, RepositorySyncDto } from './repository.dto.js';
import { RepositoriesService } from './repositories.service.js';

@ApiTags('Repositories')
@Controller('integrations/:id')
export class RepositoriesController {
  constructor(private readonly service: RepositoriesService) {}

  @Get('repositories')
  @Summary('The repositories that it reaches, by name, and how the last reading of them went.')
  @RequirePermission('repositories:read')
  @Replies(200, {
    repositories: [RepositoryDto],
    pagination: Pagination,
    sync: { orNull: RepositorySyncDto },
  })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  list(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string, @Query() query: RepositoriesQuery) {
    return this.service.list(actor, id, query);
  }

  @Post('repositories/sync')
  @Summary('Reads the repositories anew, in the background. One that is under way is followed by another.')
  @RequirePermission('repositories:manage')
  @Replies(202, { sync: RepositorySyncDto })
  @Fails('NOT_FOUND', 'CONFLICT', 'REAUTHORIZATION_REQUIRED')
  syncRepositories(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.service.sync(actor, id);
  }

  @Post('sync')
  @Summary('Reads anew what the service has, in the background: of GitHub the repositories.')
  @RequirePermission('integrations:sync')
  @Replies(202, { sync: RepositorySyncDto })
  @Fails('NOT_FOUND', 'CONFLICT', 'REAUTHORIZATION_REQUIRED')
  sync(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.service.sync(actor, id);
  }
}

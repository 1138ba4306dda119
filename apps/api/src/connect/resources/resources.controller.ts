import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RateLimit } from '../../auth/rate-limit.guard.js';
import type { Actor } from '../../common/actor.js';
import { Auth, RequirePermission } from '../../common/decorators.js';
import { Fails, Replies, Summary } from '../../common/replies.js';
import { UuidParam } from '../../common/uuid-param.js';
import { SelectedResourceDto } from '../../integrations/integration.dto.js';
import { ResourceKindDto, ResourcesQuery, SelectResourcesDto } from './resource.dto.js';
import { ResourceChoice } from './resource-choice.service.js';

@ApiTags('Integrations')
@Controller('integrations/:id/resources')
export class ResourcesController {
  constructor(private readonly choice: ResourceChoice) {}

  @Get()
  @Summary(
    'What the account reaches at the provider at this moment (projects, teams, sites), and what of it is selected.',
  )
  @RequirePermission('integrations:read')
  @RateLimit('resources', 300, 600)
  @Replies(200, { kinds: [ResourceKindDto] })
  @Fails(
    'VALIDATION_FAILED',
    'NOT_FOUND',
    'CONFLICT',
    'REAUTHORIZATION_REQUIRED',
    'RATE_LIMITED',
    'EGRESS_BLOCKED',
    'UPSTREAM_ERROR',
    'UPSTREAM_TIMEOUT',
  )
  list(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string, @Query() query: ResourcesQuery) {
    return this.choice.list(actor, id, query.kind);
  }

  @Put()
  @Summary('Selects what of one kind this integration is for; programs see it with the credential.')
  @RequirePermission('integrations:update')
  @RateLimit('resources', 300, 600)
  @Replies(200, { selected_resources: [SelectedResourceDto] })
  @Fails(
    'VALIDATION_FAILED',
    'NOT_FOUND',
    'CONFLICT',
    'REAUTHORIZATION_REQUIRED',
    'RATE_LIMITED',
    'EGRESS_BLOCKED',
    'UPSTREAM_ERROR',
    'UPSTREAM_TIMEOUT',
  )
  select(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string, @Body() dto: SelectResourcesDto) {
    return this.choice.select(actor, id, dto);
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { UsageDto, UsageQuery } from './usage.dto.js';
import { UsageService } from './usage.service.js';

@ApiTags('Integrations')
@Controller('integrations/:id')
export class UsageController {
  constructor(private readonly service: UsageService) {}

  @Get('usage')
  @Summary(
    'How much programs use it: calls through the proxy, reads of the credential, and how long answers take.',
  )
  @RequirePermission('integrations:read')
  @Replies(200, { usage: UsageDto })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  get(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string, @Query() query: UsageQuery) {
    return this.service.get(actor, id, query);
  }
}

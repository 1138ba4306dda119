import { Body, Controller, Delete, Get, Headers, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Pagination } from '../common/pagination.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import {
  CreateServiceTokenDto,
  ListServiceTokensQuery,
  RotateServiceTokenDto,
  ServiceTokenDto,
} from './service-token.dto.js';
import { ServiceTokenCreation } from './service-token-creation.js';
import { ServiceTokensService } from './service-tokens.service.js';

const TOKEN = { type: 'string', format: 'password' };

@ApiTags('Service tokens')
@Controller('service-tokens')
@RequirePermission('tokens:manage')
export class ServiceTokensController {
  constructor(
    private readonly service: ServiceTokensService,
    private readonly creation: ServiceTokenCreation,
  ) {}

  @Get()
  @Summary('The tokens of the organisation’s programs, newest first. Never a secret.')
  @Replies(200, { service_tokens: [ServiceTokenDto], pagination: Pagination })
  @Fails('VALIDATION_FAILED')
  list(@Auth() actor: Actor, @Query() query: ListServiceTokensQuery) {
    return this.service.list(actor, query);
  }

  @Post()
  @Summary('Makes a token for a program. `data.token` is shown this once; only a keyed hash of it is kept.')
  @ApiHeader({
    name: 'idempotency-key',
    required: false,
    description: 'Makes a repeat within 24 hours answer the first one’s token, without its secret.',
  })
  @Replies(201, { service_token: ServiceTokenDto, token: TOKEN }, 'Created.')
  @Fails('VALIDATION_FAILED', 'CONFLICT')
  create(@Auth() actor: Actor, @Body() dto: CreateServiceTokenDto, @Headers('idempotency-key') key?: string) {
    return this.creation.create(actor, dto, key);
  }

  @Get(':id')
  @Summary('One token, without its secret.')
  @Replies(200, { service_token: ServiceTokenDto })
  @Fails('NOT_FOUND')
  get(@Auth() actor: Actor, @UuidParam('id', 'service token') id: string) {
    return this.service.get(actor, id);
  }

  @Post(':id/rotate')
  @Summary('Gives the token a new secret, shown once. The old secret works on for `overlap_seconds`.')
  @Replies(200, { service_token: ServiceTokenDto, token: TOKEN })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  rotate(
    @Auth() actor: Actor,
    @UuidParam('id', 'service token') id: string,
    @Body() dto?: RotateServiceTokenDto,
  ) {
    return this.service.rotate(actor, id, dto?.overlap_seconds);
  }

  @Delete(':id')
  @Summary('Revokes the token: programs that still use it are refused within a second, on every replica.')
  @Replies(200, { service_token: ServiceTokenDto })
  @Fails('NOT_FOUND')
  revoke(@Auth() actor: Actor, @UuidParam('id', 'service token') id: string) {
    return this.service.revoke(actor, id);
  }
}

import { Body, Controller, Delete, Get, Headers, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Actor, AnyActor } from '../common/actor.js';
import { Auth, Caller, RequirePermission } from '../common/decorators.js';
import { Pagination } from '../common/pagination.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import {
  CreateIntegrationDto,
  IntegrationDto,
  ListIntegrationsQuery,
  TestIntegrationDto,
  UpdateIntegrationDto,
} from './integration.dto.js';
import { DraftTests } from './checks/draft-tests.js';
import { IntegrationCreationService } from './integration-creation.service.js';
import { IntegrationEditingService } from './integration-editing.service.js';
import { IntegrationReader } from './integration-reader.js';

@ApiTags('Integrations')
@Controller('integrations')
export class IntegrationsController {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly creation: IntegrationCreationService,
    private readonly drafts: DraftTests,
    private readonly editing: IntegrationEditingService,
  ) {}

  @Get()
  @Summary("The organisation's integrations that the caller may see. Never a secret.")
  @RequirePermission('integrations:read', 'integrations:read')
  @Replies(200, {
    integrations: [IntegrationDto],
    pagination: Pagination,
    next_cursor: { type: ['string', 'null'] },
  })
  @Fails('VALIDATION_FAILED')
  list(@Caller() actor: AnyActor, @Query() query: ListIntegrationsQuery) {
    return this.reader.list(actor, query);
  }

  @Post()
  @Summary('Adds an integration. With `test: true` it is tested first and kept only when that succeeds.')
  @RequirePermission('integrations:create')
  @ApiHeader({
    name: 'idempotency-key',
    required: false,
    description: 'Makes a repeat within 24 hours answer the first one’s integration.',
  })
  @Replies(201, { integration: IntegrationDto }, 'Created.')
  @Fails('VALIDATION_FAILED', 'CONFLICT', 'CONNECTION_FAILED')
  create(@Auth() actor: Actor, @Body() dto: CreateIntegrationDto, @Headers('idempotency-key') key?: string) {
    return this.creation.create(actor, dto, key);
  }

  @Post('test')
  @Summary('Tests values that are not saved.')
  @RequirePermission('integrations:create')
  @Replies(200, {
    status: { type: 'string' },
    message: { type: 'string' },
    details: { type: 'object', additionalProperties: true },
  })
  @Fails('VALIDATION_FAILED', 'CONNECTION_FAILED')
  test(@Auth() actor: Actor, @Body() dto: TestIntegrationDto) {
    return this.drafts.test(actor, dto);
  }

  @Get(':id')
  @Summary('One integration.')
  @RequirePermission('integrations:read', 'integrations:read')
  @Replies(200, { integration: IntegrationDto })
  @Fails('NOT_FOUND')
  get(@Caller() actor: AnyActor, @UuidParam('id', 'integration') id: string) {
    return this.reader.get(actor, id);
  }

  @Patch(':id')
  @Summary('Changes name, description, configuration or teams.')
  @RequirePermission('integrations:update')
  @Replies(200, { integration: IntegrationDto })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  update(
    @Auth() actor: Actor,
    @UuidParam('id', 'integration') id: string,
    @Body() dto: UpdateIntegrationDto,
  ) {
    return this.editing.update(actor, id, dto);
  }

  @Delete(':id')
  @Summary(
    'Deletes the integration and its credentials. `warnings` says what could not be undone at the provider.',
  )
  @RequirePermission('integrations:delete')
  @Replies(200, {
    id: { type: 'string', format: 'uuid' },
    warnings: { type: 'array', items: { type: 'string' } } as never,
  })
  @Fails('NOT_FOUND')
  delete(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.editing.delete(actor, id);
  }
}

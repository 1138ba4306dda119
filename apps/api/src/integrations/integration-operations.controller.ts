import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor, AnyActor } from '../common/actor.js';
import { Auth, Caller, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import {
  CredentialMetadataDto,
  HealthDto,
  HealthQuery,
  IntegrationDto,
  IntegrationLogDto,
  IntegrationLogsQuery,
} from './integration.dto.js';
import { IntegrationCredentialsService } from './credentials/integration-credentials.service.js';
import { IntegrationEditingService } from './integration-editing.service.js';
import { IntegrationReader } from './integration-reader.js';
import { IntegrationTestingService } from './checks/integration-testing.service.js';
import { JsonObject } from './json-object.pipe.js';

@ApiTags('Integrations')
@Controller('integrations/:id')
export class IntegrationOperationsController {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly testing: IntegrationTestingService,
    private readonly credentials: IntegrationCredentialsService,
    private readonly editing: IntegrationEditingService,
  ) {}

  @Post('test')
  @Summary("Tests the connection now; the integration's state follows.")
  @RequirePermission('integrations:test')
  @Replies(200, {
    status: { type: 'string' },
    message: { type: 'string' },
    details: { type: 'object', additionalProperties: true },
  })
  @Fails('NOT_FOUND', 'CONFLICT', 'CONNECTION_FAILED')
  test(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.testing.test(actor, id);
  }

  @Post('enable')
  @Summary('Puts it back under the watch.')
  @RequirePermission('integrations:update')
  @Replies(200, { integration: IntegrationDto })
  @Fails('NOT_FOUND')
  enable(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.editing.enable(actor, id);
  }

  @Post('disable')
  @Summary('Takes it out of use: it is not checked, and programs get a refusal with the reason.')
  @RequirePermission('integrations:update')
  @Replies(200, { integration: IntegrationDto })
  @Fails('NOT_FOUND')
  disable(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.editing.disable(actor, id);
  }

  @Get('logs')
  @Summary('What happened to it, newest first.')
  @RequirePermission('integrations:read', 'integrations:read')
  @Replies(200, { logs: [IntegrationLogDto], next_cursor: { type: ['string', 'null'] } })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  logs(
    @Caller() actor: AnyActor,
    @UuidParam('id', 'integration') id: string,
    @Query() query: IntegrationLogsQuery,
  ) {
    return this.reader.logs(actor, id, query);
  }

  @Get('health')
  @Summary('State, uptime, response times and incidents in a window of time.')
  @RequirePermission('integrations:read', 'integrations:read')
  @Replies(200, { health: HealthDto })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  health(@Caller() actor: AnyActor, @UuidParam('id', 'integration') id: string, @Query() query: HealthQuery) {
    return this.reader.health(actor, id, query);
  }

  @Get('credentials')
  @Summary('Which credentials are set. Never a value.')
  @RequirePermission('credentials:inspect')
  @Replies(200, { credentials: CredentialMetadataDto })
  @Fails('NOT_FOUND')
  inspect(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.credentials.inspect(actor, id);
  }

  @Patch('credentials')
  @Summary('Replaces the credentials after testing the new ones; the old ones stay when the test fails.')
  @RequirePermission('credentials:update')
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: true,
      required: ['credential_type'],
      properties: { credential_type: { type: 'string' }, auth_mode: { type: 'string' } },
      example: { credential_type: 'api_token', auth_token: 'your-new-token-here' },
    },
  })
  @Replies(200, { integration: IntegrationDto })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONNECTION_FAILED')
  replaceCredentials(
    @Auth() actor: Actor,
    @UuidParam('id', 'integration') id: string,
    @Body(JsonObject) body: Record<string, unknown>,
  ) {
    return this.credentials.replace(actor, id, body);
  }
}

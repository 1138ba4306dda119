import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RateLimit } from '../auth/rate-limit.guard.js';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { InitiateDto } from './connect.dto.js';
import { ConsentRequests } from './consent-requests.service.js';

@ApiTags('Integrations')
@Controller('integrations/:id/oauth')
export class ConnectController {
  constructor(private readonly requests: ConsentRequests) {}

  @Post('initiate')
  @Summary(
    'Begins an authorisation at the provider, the first one or another. The browser that gets this answer, with its ' +
      'cookie, has ten minutes to go to `authorization_url` and come back.',
  )
  @RequirePermission('credentials:update')
  @RateLimit('oauth_initiate', 300, 600)
  @Replies(200, {
    authorization_url: { type: 'string', format: 'uri' },
    expires_at: { type: 'string', format: 'date-time' },
  })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'RATE_LIMITED')
  initiate(
    @Auth() actor: Actor,
    @UuidParam('id', 'integration') id: string,
    @Body() dto: InitiateDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.requests.initiate(actor, id, dto, reply);
  }
}

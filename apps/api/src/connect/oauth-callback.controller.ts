import { applyDecorators, Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiBody, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimit } from '../auth/rate-limit.guard.js';
import type { Actor } from '../common/actor.js';
import { Auth, Public, RequireSession } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { IntegrationDto } from '../integrations/integration.dto.js';
import { JsonObject } from '../integrations/json-object.pipe.js';
import { LandingFilter } from './landing.filter.js';
import { OAuthCallback } from './oauth-callback.service.js';

const PARAMETERS = {
  state: 'As it was sent.',
  code: 'What is exchanged for tokens.',
  error: 'Why there is no code.',
  iss: 'Who answers (RFC 9207).',
};

const ApiParameters = () =>
  applyDecorators(
    ...Object.entries(PARAMETERS).map(([name, description]) =>
      ApiQuery({ name, description, required: false, schema: { type: 'string' } }),
    ),
  );

@ApiTags('OAuth')
@Controller('oauth/callback')
export class OAuthCallbackController {
  constructor(private readonly callback: OAuthCallback) {}

  @Get()
  @Summary(
    'Where providers send the browser back to: the redirect URI to register there. It lands on the page of the web app ' +
      'that says how it ended. The state and the cookie of the flow say who comes.',
  )
  @Public()
  @UseFilters(LandingFilter)
  @RateLimit('oauth_callback', 600, 600)
  @ApiParameters()
  @ApiResponse({
    status: 303,
    description:
      'To `/connect/result?flow=&outcome=connected|failed&code=&integration=&display=&choose=&scopes=`.',
  })
  @Fails('VALIDATION_FAILED')
  async land(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await reply.redirect(await this.callback.land(request, reply), 303);
  }

  @Post()
  @Summary(
    'The same for pages that take the parameters themselves, by whoever began the flow, in the same browser.',
  )
  @RequireSession()
  @RateLimit('oauth_callback', 600, 600)
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: true,
      required: ['state'],
      properties: Object.fromEntries(
        Object.entries(PARAMETERS).map(([name, description]) => [name, { type: 'string', description }]),
      ),
      example: { state: 'as it came', code: 'as it came' },
    },
  })
  @Replies(200, { integration: IntegrationDto })
  @Fails(
    'VALIDATION_FAILED',
    'NOT_FOUND',
    'CONFLICT',
    'OAUTH_DENIED',
    'OAUTH_STATE_INVALID',
    'OAUTH_STATE_EXPIRED',
    'OAUTH_STATE_USED',
    'OAUTH_EXCHANGE_FAILED',
    'OAUTH_SCOPE_MISSING',
    'OAUTH_PROVIDER_ERROR',
    'RATE_LIMITED',
  )
  take(
    @Auth() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(JsonObject) body: Record<string, unknown>,
  ) {
    return this.callback.take(actor, request, reply, body);
  }
}

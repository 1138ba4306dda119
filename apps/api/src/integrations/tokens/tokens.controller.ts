import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor, AnyActor } from '../../common/actor.js';
import { Auth, Caller, RequirePermission } from '../../common/decorators.js';
import { Fails, Replies, Summary } from '../../common/replies.js';
import { UuidParam } from '../../common/uuid-param.js';
import { IntegrationRateLimit } from '../integration-rate.guard.js';
import { TokenEventDto, TokenHealthDto, TokenHistoryQuery } from './token.dto.js';
import { TokenReader } from './token-reader.js';
import { TokenRefreshes } from './token-refreshes.service.js';

@ApiTags('Integrations')
@Controller('integrations/:id/tokens')
export class TokensController {
  constructor(
    private readonly reader: TokenReader,
    private readonly refreshes: TokenRefreshes,
  ) {}

  @Get('health')
  @Summary('How its token stands: until when, when it is refreshed, and what went wrong. Never a value.')
  @RequirePermission('integrations:read', 'integrations:read')
  @Replies(200, { token_health: TokenHealthDto })
  @Fails('NOT_FOUND')
  health(@Caller() actor: AnyActor, @UuidParam('id', 'integration') id: string) {
    return this.reader.health(actor, id);
  }

  @Get('history')
  @Summary('What became of its tokens, newest first.')
  @RequirePermission('integrations:read', 'integrations:read')
  @Replies(200, { events: [TokenEventDto], next_cursor: { type: ['string', 'null'] } })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  history(
    @Caller() actor: AnyActor,
    @UuidParam('id', 'integration') id: string,
    @Query() query: TokenHistoryQuery,
  ) {
    return this.reader.history(actor, id, query);
  }

  @Post('refresh')
  @Summary('Fetches another token now, at most five times a minute for an integration.')
  @RequirePermission('credentials:update')
  @IntegrationRateLimit('token_refresh', 5, 60)
  @Replies(200, { token_health: TokenHealthDto })
  @Fails(
    'NOT_FOUND',
    'CONFLICT',
    'REAUTHORIZATION_REQUIRED',
    'EGRESS_BLOCKED',
    'RATE_LIMITED',
    'UPSTREAM_ERROR',
    'UPSTREAM_TIMEOUT',
  )
  refresh(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.refreshes.refresh(actor, id);
  }
}

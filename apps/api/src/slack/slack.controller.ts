import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { SlackChannelDto, SlackChannelsQuery, SlackConnectionDto } from './slack.dto.js';
import { SlackChannelsService } from './slack-channels.service.js';
import { SlackWorkspaces } from './slack-workspaces.js';

@ApiTags('Slack')
@Controller('integrations/:id/slack')
export class SlackController {
  constructor(
    private readonly workspaces: SlackWorkspaces,
    private readonly channels: SlackChannelsService,
  ) {}

  @Get()
  @Summary('The workspace that the integration is connected to, and the address its app sends events to.')
  @RequirePermission('integrations:read')
  @Replies(200, { slack: SlackConnectionDto })
  @Fails('NOT_FOUND', 'CONFLICT')
  describe(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string) {
    return this.workspaces.describe(actor, id);
  }

  @Get('channels')
  @Summary(
    'The channels that the connection sees, a page at a time, without archived ones. `note` says when the scopes show only some kinds of channels.',
  )
  @RequirePermission('repositories:read')
  @Replies(200, {
    channels: [SlackChannelDto],
    next_cursor: { type: ['string', 'null'] },
    note: { type: ['string', 'null'] },
  })
  @Fails(
    'VALIDATION_FAILED',
    'NOT_FOUND',
    'CONFLICT',
    'REAUTHORIZATION_REQUIRED',
    'CONNECTION_FAILED',
    'RATE_LIMITED',
    'UPSTREAM_ERROR',
    'UPSTREAM_TIMEOUT',
  )
  list(@Auth() actor: Actor, @UuidParam('id', 'integration') id: string, @Query() query: SlackChannelsQuery) {
    return this.channels.list(actor, id, query);
  }
}

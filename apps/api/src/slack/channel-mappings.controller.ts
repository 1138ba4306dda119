import { Body, Controller, Delete, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { RepositorySlackChannelDto } from '../github-app/repositories/repository.dto.js';
import { ChannelMappings } from './channel-mappings.service.js';
import { MapSlackChannelDto } from './slack.dto.js';

@ApiTags('Slack')
@Controller('repositories/:id/slack-channels/:channel_id')
export class ChannelMappingsController {
  constructor(private readonly service: ChannelMappings) {}

  @Put()
  @Summary('Maps a Slack channel to the repository, or changes how it is mapped.')
  @RequirePermission('repositories:manage')
  @Replies(200, { slack_channel: RepositorySlackChannelDto })
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
  map(
    @Auth() actor: Actor,
    @UuidParam('id', 'repository') id: string,
    @Param('channel_id') channelId: string,
    @Body() dto: MapSlackChannelDto,
  ) {
    return this.service.map(actor, id, channelId, dto);
  }

  @Delete()
  @Summary('Takes the channel off the repository.')
  @RequirePermission('repositories:manage')
  @Replies(200, { slack_channel: RepositorySlackChannelDto })
  @Fails('NOT_FOUND')
  unmap(
    @Auth() actor: Actor,
    @UuidParam('id', 'repository') id: string,
    @Param('channel_id') channelId: string,
  ) {
    return this.service.unmap(actor, id, channelId);
  }
}

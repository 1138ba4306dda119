import { Controller, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { RawBody } from '../inbound/signed-body.js';
import { SlackEventsQuery } from './slack.dto.js';
import { SlackEventsService } from './slack-events.service.js';

@ApiTags('Slack')
@Controller('slack/events')
export class SlackEventsController {
  constructor(private readonly service: SlackEventsService) {}

  @Post()
  @Summary(
    'Takes in an event of Slack, signed by the app’s signing secret. Slack’s `url_verification` is answered with its challenge, as text.',
  )
  @Public()
  @RawBody()
  @Replies(
    200,
    { accepted: { type: 'boolean' } },
    'Taken in; false for a repetition and for what is of no concern.',
  )
  @Fails('VALIDATION_FAILED', 'UNAUTHENTICATED')
  take(@Req() request: FastifyRequest, @Query() { app }: SlackEventsQuery) {
    return this.service.take(request, app);
  }
}

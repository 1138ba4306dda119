import { Controller, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../../common/decorators.js';
import { Fails, Replies, Summary } from '../../common/replies.js';
import { RawBody } from '../../inbound/signed-body.js';
import { WebhookService } from './webhook.service.js';

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const LARGEST_DELIVERY = 25 * 1024 * 1024;
/** https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/troubleshooting-webhooks#timed-out */
const GITHUB_WAITS_MS = 10_000;

@ApiTags('GitHub App')
@Controller('github-app/webhook')
export class GitHubAppWebhookController {
  constructor(private readonly service: WebhookService) {}

  @Post()
  @Summary(
    'Where GitHub tells of installations and repositories. The signature is checked over the raw body, each delivery is ' +
      'kept once, and the work is done later.',
  )
  @Public()
  @RawBody({ largest: LARGEST_DELIVERY, withinMs: GITHUB_WAITS_MS, gate: WebhookService })
  @ApiQuery({
    name: 'app',
    required: false,
    description: 'Which App; without it, that of the installation.',
    schema: { type: 'string' },
  })
  @ApiHeader({
    name: 'X-Hub-Signature-256',
    required: true,
    description: '`sha256=` and the HMAC of the body.',
  })
  @ApiHeader({ name: 'X-GitHub-Event', required: true })
  @ApiHeader({ name: 'X-GitHub-Delivery', required: true, description: 'The id of the delivery.' })
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { action: 'created', installation: { id: 1 } },
    },
  })
  @Replies(
    202,
    { delivery: { type: 'string' } },
    '`accepted`, `duplicate`, or `ignored` where it concerns nobody.',
  )
  @Fails('VALIDATION_FAILED', 'UNAUTHENTICATED', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'UNAVAILABLE')
  receive(@Req() request: FastifyRequest, @Query('app') app: unknown) {
    return this.service.receive(request, app);
  }
}

import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { KeyStoreStateDto } from './health.dto.js';
import { HealthService } from './health.service.js';

/** For load balancers and orchestrators. */
@ApiTags('Probes')
@Controller({ path: 'health', version: VERSION_NEUTRAL })
@Public()
export class HealthController {
  constructor(private readonly service: HealthService) {}

  @Get('live')
  @Summary('The process answers.')
  @Replies(200, { status: { type: 'string' } })
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Summary(
    'The process can do its work: the database answers, and the root key can be used or did until a while ago.',
  )
  @Replies(200, { status: { type: 'string' }, key_store: KeyStoreStateDto })
  @Fails('UNAVAILABLE')
  ready() {
    return this.service.ready();
  }
}

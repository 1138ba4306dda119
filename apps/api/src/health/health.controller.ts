import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppError } from '../common/app-error.js';
import { Public } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { Database } from '../database/database.js';

/** For load balancers and orchestrators. */
@ApiTags('Probes')
@Controller({ path: 'health', version: VERSION_NEUTRAL })
@Public()
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get('live')
  @Summary('The process answers.')
  @Replies(200, { status: { type: 'string' } })
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Summary('The process can do its work: the database answers.')
  @Replies(200, { status: { type: 'string' } })
  @Fails('UNAVAILABLE')
  async ready() {
    try {
      await this.database.query('SELECT 1');
    } catch (error) {
      throw new AppError('UNAVAILABLE', 'The database does not answer.', { cause: error });
    }
    return { status: 'ready' };
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ProgramActor } from '../common/actor.js';
import { Program, RequireScope } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { CredentialValueDto } from './credential-value.dto.js';
import { CredentialValues } from './credential-values.service.js';

@ApiTags('For programs')
@Controller('integrations/:id/credentials/value')
export class CredentialValuesController {
  constructor(private readonly service: CredentialValues) {}

  @Get()
  @Summary(
    'The credential in the clear, fresh. For programs with a service token alone; every read is audited, and the ' +
      'answer must not be stored.',
  )
  @RequireScope('credentials:read')
  @Replies(200, { credential: CredentialValueDto })
  @Fails(
    'NOT_FOUND',
    'CONFLICT',
    'REAUTHORIZATION_REQUIRED',
    'EGRESS_BLOCKED',
    'UPSTREAM_ERROR',
    'UPSTREAM_TIMEOUT',
  )
  read(@Program() program: ProgramActor, @UuidParam('id', 'integration') id: string) {
    return this.service.read(program, id);
  }
}

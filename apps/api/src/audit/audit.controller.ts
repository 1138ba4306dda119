import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { AuditLogDto, AuditQuery, AuditVerificationDto } from './audit.dto.js';
import { AuditReaderService } from './audit-reader.service.js';

@ApiTags('Audit')
@Controller('audit-logs')
export class AuditController {
  constructor(private readonly service: AuditReaderService) {}

  @Get()
  @Summary('What happened in the organisation, newest first.')
  @RequirePermission('audit:read')
  @Replies(200, { audit_logs: [AuditLogDto], next_cursor: { type: ['string', 'null'] } })
  @Fails('VALIDATION_FAILED')
  list(@Auth() actor: Actor, @Query() query: AuditQuery) {
    return this.service.list(actor, query);
  }

  @Get('verify')
  @Summary('Recomputes the chain of hashes: a row that was changed, added or taken away is named.')
  @RequirePermission('audit:read')
  @Replies(200, { verification: AuditVerificationDto })
  verify(@Auth() actor: Actor) {
    return this.service.verify(actor);
  }
}

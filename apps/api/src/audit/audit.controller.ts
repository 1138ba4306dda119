import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Replies } from '../common/replies.js';
import { AuditLogDto, AuditQuery, AuditVerificationDto } from './audit.dto.js';
import { AuditReaderService } from './audit-reader.service.js';

@ApiTags('Audit')
@Controller('audit-logs')
export class AuditController {
  constructor(private readonly service: AuditReaderService) {}

  /** What happened in the organisation, newest first. */
  @Get()
  @RequirePermission('audit:read')
  @Replies(200, { audit_logs: [AuditLogDto], next_cursor: { type: ['string', 'null'] } })
  list(@Auth() actor: Actor, @Query() query: AuditQuery) {
    return this.service.list(actor, query);
  }

  /** Recomputes the chain of hashes: a row that was changed, added or taken away is named. */
  @Get('verify')
  @RequirePermission('audit:read')
  @Replies(200, { verification: AuditVerificationDto })
  verify(@Auth() actor: Actor) {
    return this.service.verify(actor);
  }
}

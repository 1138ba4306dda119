import { Body, Controller, Get, Headers, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../common/actor.js';
import { Auth, RequirePermission } from '../../common/decorators.js';
import { Fails, Replies, Summary } from '../../common/replies.js';
import { UuidParam } from '../../common/uuid-param.js';
import { BulkOperationDetailsDto, BulkOperationDto, StartBulkDto } from './bulk.dto.js';
import { BulkOperationsService } from './bulk-operations.service.js';

@ApiTags('Bulk operations')
@Controller()
export class BulkController {
  constructor(private readonly service: BulkOperationsService) {}

  @Post('integrations/bulk')
  @Summary(
    'Tests, refreshes, enables, disables, deletes or assigns many integrations in the background. Each is judged by ' +
      'what the caller may do with that one when its turn comes, and one that fails stops none of the others.',
  )
  @RequirePermission('integrations:bulk')
  @ApiHeader({
    name: 'idempotency-key',
    required: false,
    description: 'Makes a repeat within 24 hours answer the first one’s operation.',
  })
  @Replies(202, { bulk_operation: BulkOperationDto }, 'Begun.')
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  start(@Auth() actor: Actor, @Body() dto: StartBulkDto, @Headers('idempotency-key') key?: string) {
    return this.service.start(actor, dto, key);
  }

  @Get('bulk-operations/:id')
  @Summary('How far it has come, and how it went with each integration.')
  @RequirePermission('integrations:bulk')
  @Replies(200, { bulk_operation: BulkOperationDetailsDto })
  @Fails('NOT_FOUND')
  get(@Auth() actor: Actor, @UuidParam('id', 'bulk operation') id: string) {
    return this.service.get(actor, id);
  }

  @Post('bulk-operations/:id/cancel')
  @Summary('Begins no more of it; what is under way ends as it does.')
  @RequirePermission('integrations:bulk')
  @Replies(200, { bulk_operation: BulkOperationDto })
  @Fails('NOT_FOUND', 'CONFLICT')
  cancel(@Auth() actor: Actor, @UuidParam('id', 'bulk operation') id: string) {
    return this.service.cancel(actor, id);
  }
}

import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.js';
import { IdentityModule } from '../../identity/identity.module.js';
import { IntegrationsModule } from '../integrations.module.js';
import { BulkActions } from './bulk-actions.js';
import { BulkController } from './bulk.controller.js';
import { BulkOperationsRepository } from './bulk-operations.repository.js';
import { BulkOperationsService } from './bulk-operations.service.js';
import { BulkRunner } from './bulk-runner.js';
import { BulkStart } from './bulk-start.js';
import { BulkWork } from './bulk-work.js';
import { BulkWriter } from './bulk-writer.js';

@Module({
  imports: [AuditModule, IdentityModule, IntegrationsModule],
  controllers: [BulkController],
  providers: [
    BulkActions,
    BulkOperationsRepository,
    BulkOperationsService,
    BulkRunner,
    BulkStart,
    BulkWork,
    BulkWriter,
  ],
  exports: [BulkOperationsService],
})
export class BulkModule {}

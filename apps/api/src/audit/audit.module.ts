import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditReaderService } from './audit-reader.service.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';
import { GroupedAudit } from './grouped-audit.js';
import { RefusalRecorder } from './refusal-recorder.js';

@Module({
  controllers: [AuditController],
  providers: [AuditRepository, AuditService, AuditReaderService, GroupedAudit, RefusalRecorder],
  exports: [AuditService, GroupedAudit, RefusalRecorder],
})
export class AuditModule {}

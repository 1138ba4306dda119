import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AuditController } from './audit.controller.js';
import { AuditReaderService } from './audit-reader.service.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';
import { RefusalsInterceptor } from './refusals.interceptor.js';

@Module({
  controllers: [AuditController],
  providers: [
    { provide: APP_INTERCEPTOR, useClass: RefusalsInterceptor },
    AuditRepository,
    AuditService,
    AuditReaderService,
  ],
  exports: [AuditService],
})
export class AuditModule {}

import { Module } from '@nestjs/common';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { UsageCounter } from './usage-counter.js';
import { UsageController } from './usage.controller.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

@Module({
  imports: [IntegrationsModule],
  controllers: [UsageController],
  providers: [UsageCounter, UsageRepository, UsageService],
  exports: [UsageCounter, UsageService],
})
export class UsageModule {}

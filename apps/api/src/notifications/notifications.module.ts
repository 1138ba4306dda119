import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { MailModule } from '../mail/mail.module.js';
import { AdminAlertsService } from './admin-alerts.service.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsRepository } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';

@Module({
  imports: [AuditModule, IdentityModule, MailModule],
  controllers: [NotificationsController],
  providers: [AdminAlertsService, NotificationsRepository, NotificationsService],
  exports: [AdminAlertsService, NotificationsService],
})
export class NotificationsModule {}

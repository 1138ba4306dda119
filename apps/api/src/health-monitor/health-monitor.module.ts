import { Module } from '@nestjs/common';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { AlertsService } from './alerts.service.js';
import { UpkeepService } from './upkeep.service.js';
import { WatchService } from './watch.service.js';

@Module({
  imports: [IntegrationsModule, NotificationsModule, UsageModule],
  providers: [WatchService, AlertsService, UpkeepService],
})
export class HealthMonitorModule {}

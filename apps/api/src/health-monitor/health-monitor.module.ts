import { Module } from '@nestjs/common';
import { ConnectModule } from '../connect/connect.module.js';
import { FlowStates } from '../connect/flow-states.service.js';
import { InboundDeliveries } from '../inbound/inbound-deliveries.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { BulkModule } from '../integrations/bulk/bulk.module.js';
import { BulkOperationsService } from '../integrations/bulk/bulk-operations.service.js';
import { IdempotentRequests } from '../integrations/idempotent-requests.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { NotificationsService } from '../notifications/notifications.service.js';
import { UsageModule } from '../usage/usage.module.js';
import { UsageService } from '../usage/usage.service.js';
import { AlertsService } from './alerts.service.js';
import { RecoveryService } from './recovery.service.js';
import { TokenRefreshService } from './token-refresh.service.js';
import { type Purge, PURGES, UpkeepService } from './upkeep.service.js';
import { WatchService } from './watch.service.js';

const purges = (
  requests: IdempotentRequests,
  notifications: NotificationsService,
  usage: UsageService,
  bulk: BulkOperationsService,
  flows: FlowStates,
  inbound: InboundDeliveries,
): Record<string, Purge> => ({
  'repeatable requests': () => requests.purge(),
  notifications: (before) => notifications.purge(before),
  usage: (before) => usage.purge(before),
  'bulk operations': () => bulk.purge(),
  flows: () => flows.purge(),
  deliveries: () => inbound.purge(),
});

@Module({
  imports: [BulkModule, ConnectModule, InboundModule, IntegrationsModule, NotificationsModule, UsageModule],
  providers: [
    AlertsService,
    RecoveryService,
    TokenRefreshService,
    UpkeepService,
    WatchService,
    {
      provide: PURGES,
      inject: [
        IdempotentRequests,
        NotificationsService,
        UsageService,
        BulkOperationsService,
        FlowStates,
        InboundDeliveries,
      ],
      useFactory: purges,
    },
  ],
})
export class HealthMonitorModule {}

import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AccessModule } from './access/access.module.js';
import { ProxyModule } from './access/proxy/proxy.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CatalogueModule } from './catalogue/catalogue.module.js';
import type { Clock } from './common/clock.js';
import { ClockModule } from './common/clock.module.js';
import { ConfigModule } from './config/config.module.js';
import { ConnectModule } from './connect/connect.module.js';
import type { Environment } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import type { DatabaseUrls } from './database/migrate.js';
import { EgressModule } from './egress/egress.module.js';
import { GitHubAppModule } from './github-app/github-app.module.js';
import { HealthModule } from './health/health.module.js';
import { HealthMonitorModule } from './health-monitor/health-monitor.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { User } from './identity/user.entity.js';
import { BulkModule } from './integrations/bulk/bulk.module.js';
import { Integration } from './integrations/integration.entity.js';
import { IntegrationsModule } from './integrations/integrations.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { SlackModule } from './slack/slack.module.js';
import { Credential } from './tokens/credential.entity.js';

const ENTITIES = [User, Integration, Credential];

@Module({})
export class AppModule {
  static with(environment: Environment, urls: DatabaseUrls, clock: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(environment),
        ClockModule.of(clock),
        DatabaseModule.connect(urls, ENTITIES),
        JobsModule.connect(urls),
        EgressModule,
        ScheduleModule.forRoot(),
        AuditModule,
        IdentityModule,
        AuthModule,
        CatalogueModule,
        IntegrationsModule,
        BulkModule,
        ConnectModule,
        GitHubAppModule,
        AccessModule,
        ProxyModule,
        SlackModule,
        NotificationsModule,
        HealthMonitorModule,
        AdminModule,
        HealthModule,
      ],
    };
  }
}

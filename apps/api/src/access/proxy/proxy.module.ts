import { Module } from '@nestjs/common';
import { IntegrationsModule } from '../../integrations/integrations.module.js';
import { TokensModule } from '../../tokens/tokens.module.js';
import { UsageModule } from '../../usage/usage.module.js';
import { ProxyLimits } from './proxy-limits.js';
import { ProxyService } from './proxy.service.js';

@Module({
  imports: [IntegrationsModule, TokensModule, UsageModule],
  providers: [ProxyLimits, ProxyService],
})
export class ProxyModule {}

import { Module } from '@nestjs/common';
import { ConnectedAccountsRepository } from './connected-accounts.repository.js';
import { ConnectedAccounts } from './connected-accounts.js';
import { InboundDeliveries } from './inbound-deliveries.js';
import { InboundRepository } from './inbound.repository.js';

@Module({
  providers: [ConnectedAccounts, ConnectedAccountsRepository, InboundDeliveries, InboundRepository],
  exports: [ConnectedAccounts, InboundDeliveries],
})
export class InboundModule {}

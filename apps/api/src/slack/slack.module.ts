import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RepositoriesModule } from '../github-app/repositories/repositories.module.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { ChangedChannels } from './changed-channels.js';
import { ChannelDirectory } from './channel-directory.js';
import { ChannelMappingsController } from './channel-mappings.controller.js';
import { ChannelMappingsRepository } from './channel-mappings.repository.js';
import { ChannelMappings } from './channel-mappings.service.js';
import { RemovedApps } from './removed-apps.js';
import { SigningSecrets } from './signing-secrets.js';
import { SlackApi } from './slack-api.js';
import { SlackChannelsService } from './slack-channels.service.js';
import { SlackController } from './slack.controller.js';
import { SlackEventsController } from './slack-events.controller.js';
import { SlackEventsService } from './slack-events.service.js';
import { SlackEventWorker } from './slack-event-worker.js';
import { SlackWorkspaces } from './slack-workspaces.js';

@Module({
  imports: [AuditModule, InboundModule, IntegrationsModule, RepositoriesModule, TokensModule],
  controllers: [ChannelMappingsController, SlackController, SlackEventsController],
  providers: [
    ChangedChannels,
    ChannelDirectory,
    ChannelMappings,
    ChannelMappingsRepository,
    RemovedApps,
    SigningSecrets,
    SlackApi,
    SlackChannelsService,
    SlackEventsService,
    SlackEventWorker,
    SlackWorkspaces,
  ],
})
export class SlackModule {}

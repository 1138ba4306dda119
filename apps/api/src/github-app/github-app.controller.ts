import { Body, Controller, Delete, Get, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RateLimit } from '../auth/rate-limit.guard.js';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { ClaimInstallationDto, GitHubAppDto, StartInstallDto, StartManifestDto } from './github-app.dto.js';
import { GitHubAppsService } from './apps/github-apps.service.js';
import { InstallFlow } from './installations/install-flow.service.js';
import { ManifestFlow } from './apps/manifest-flow.service.js';

const STARTED = {
  authorization_url: { type: 'string', format: 'uri' },
  expires_at: { type: 'string', format: 'date-time' },
};

@ApiTags('GitHub App')
@Controller('github-app')
export class GitHubAppController {
  constructor(
    private readonly apps: GitHubAppsService,
    private readonly manifests: ManifestFlow,
    private readonly installs: InstallFlow,
  ) {}

  @Get()
  @Summary('The GitHub Apps that can be installed: those of the organisation and that of the installation.')
  @RequirePermission('integrations:create')
  @Replies(200, { github_apps: [GitHubAppDto] })
  list(@Auth() actor: Actor) {
    return this.apps.list(actor);
  }

  @Post('manifest')
  @Summary(
    'Begins the making of a GitHub App of the organisation’s own. The browser that gets this answer, with its cookie, has ' +
      'ten minutes to go to `authorization_url`, a page of ours that takes the App’s manifest to GitHub.',
  )
  @RequirePermission('integrations:create')
  @RateLimit('github_app', 300, 600)
  @Replies(200, STARTED)
  @Fails('VALIDATION_FAILED', 'RATE_LIMITED')
  manifest(
    @Auth() actor: Actor,
    @Body() dto: StartManifestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.manifests.start(actor, dto, reply);
  }

  @Post('install')
  @Summary('Begins an installation of the App: GitHub asks where and for which repositories.')
  @RequirePermission('integrations:create')
  @RateLimit('github_app', 300, 600)
  @Replies(200, STARTED)
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'RATE_LIMITED')
  install(
    @Auth() actor: Actor,
    @Body() dto: StartInstallDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.installs.start(actor, dto, reply);
  }

  @Post('claim')
  @Summary(
    'Connects an installation that was made on GitHub’s side. GitHub is asked whether it is among those of the person.',
  )
  @RequirePermission('integrations:create')
  @RateLimit('github_app', 300, 600)
  @Replies(200, STARTED)
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'RATE_LIMITED')
  claim(
    @Auth() actor: Actor,
    @Body() dto: ClaimInstallationDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.installs.claim(actor, dto, reply);
  }

  @Delete(':id')
  @Summary('Forgets an App of the organisation and its secrets. On GitHub it stays.')
  @RequirePermission('integrations:create')
  @Replies(200, { id: { type: 'string' } })
  @Fails('NOT_FOUND', 'CONFLICT')
  remove(@Auth() actor: Actor, @Param('id') id: string) {
    return this.apps.remove(actor, id);
  }
}

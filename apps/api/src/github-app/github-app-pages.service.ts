import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import { Environment } from '../config/environment.js';
import { FlowLanding } from './installations/flow-landing.js';
import { ClaimFlow } from './installations/claim-flow.service.js';
import { ManifestFlow } from './apps/manifest-flow.service.js';
import { SetupService } from './installations/setup.service.js';

type Parameters = Record<string, unknown>;

/** What browsers get on their way. */
@Injectable()
export class GitHubAppPages {
  constructor(
    private readonly manifests: ManifestFlow,
    private readonly claims: ClaimFlow,
    private readonly setups: SetupService,
    private readonly landing: FlowLanding,
    private readonly environment: Environment,
  ) {}

  async form(request: FastifyRequest, reply: FastifyReply, { state }: Parameters): Promise<void> {
    try {
      const { html, policy } = await this.manifests.page(request, state);
      await reply
        .header('content-security-policy', policy)
        .header('content-type', 'text/html; charset=utf-8')
        .send(html);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await reply.redirect(this.landing.url('github_app', { outcome: 'failed', code: error.code }), 303);
    }
  }

  made(request: FastifyRequest, reply: FastifyReply, query: Parameters): Promise<string> {
    return this.manifests.finish(request, reply, query);
  }

  install(): string {
    return new URL('/integrations/new?type=github&method=app', this.environment.publicUrl).toString();
  }

  setup(request: FastifyRequest, reply: FastifyReply, query: Parameters): Promise<string> {
    return this.setups.land(request, reply, query);
  }

  callback(request: FastifyRequest, reply: FastifyReply, query: Parameters): Promise<string> {
    // An App that asks for authorisation while it is installed has no setup URL: GitHub sends here what would go there.
    if (query.setup_action !== undefined) return this.setups.land(request, reply, query);
    return this.claims.finish(request, reply, query);
  }
}

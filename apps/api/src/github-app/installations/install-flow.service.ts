import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, organizationOf } from '../../common/actor.js';
import { FlowStates } from '../../connect/flow-states.service.js';
import { AppPages } from '../apps/app-pages.js';
import { auditedApp } from '../github-app.js';
import type { ClaimInstallationDto, FlowStartDto, StartInstallDto } from '../github-app.dto.js';
import { KnownApps } from '../apps/known-apps.js';
import { clientOf } from './user-proof.js';
import { ClaimFlow } from './claim-flow.service.js';

/** Installing the App, and claiming an installation: in both the person proves to GitHub that it is theirs. */
@Injectable()
export class InstallFlow {
  constructor(
    private readonly flows: FlowStates,
    private readonly known: KnownApps,
    private readonly pages: AppPages,
    private readonly claims: ClaimFlow,
  ) {}

  /** @throws AppError NOT_FOUND, CONFLICT when there is none, or it cannot be used to prove anything */
  async start(actor: Actor, { app_id: ref }: StartInstallDto, reply: FastifyReply): Promise<FlowStartDto> {
    const app = await this.known.choose(organizationOf(actor), ref);
    clientOf(app);
    const page = await this.pages.of(app);
    const { state, expiresAt } = await this.flows.begin(
      actor,
      {
        purpose: 'github_app_install',
        details: { app: app.ref },
        audit: { action: 'github_app.install_started', ...auditedApp(app.ref) },
      },
      reply,
    );
    return {
      authorization_url: `${page}/installations/new?state=${encodeURIComponent(state)}`,
      expires_at: expiresAt,
    };
  }

  /** For an installation that was made on GitHub’s side. @throws AppError NOT_FOUND, CONFLICT */
  async claim(actor: Actor, dto: ClaimInstallationDto, reply: FastifyReply): Promise<FlowStartDto> {
    const app = await this.known.choose(organizationOf(actor), dto.app_id);
    return this.claims.begin(actor, app, dto.installation_id, reply);
  }

  /** The browser is back from installing, with our state. Where it goes next. */
  async installed(
    request: FastifyRequest,
    reply: FastifyReply,
    state: unknown,
    installationId: string,
  ): Promise<{ continueAt: string }> {
    const { row, actor } = await this.flows.redeem(request, reply, state, 'github_app_install');
    const app = await this.known.require(row.organizationId, String(row.details.app));
    const { authorization_url: continueAt } = await this.claims.begin(actor, app, installationId, reply);
    return { continueAt };
  }
}

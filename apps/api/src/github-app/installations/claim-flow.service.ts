import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { Environment } from '../../config/environment.js';
import { readCallback } from '../../connect/callback-parameters.js';
import { FlowStates } from '../../connect/flow-states.service.js';
import { type FlowOutcome, FlowLanding } from './flow-landing.js';
import { auditedApp, type GitHubApp } from '../github-app.js';
import type { FlowStartDto } from '../github-app.dto.js';
import { InstallationConnections } from './installation-connections.js';
import { KnownApps } from '../apps/known-apps.js';
import { clientOf, UserProof } from './user-proof.js';

interface ClaimDetails {
  app: string;
  installation_id: string;
}

/** The person authorises the App, so that GitHub tells us which installations are theirs. */
@Injectable()
export class ClaimFlow {
  constructor(
    private readonly flows: FlowStates,
    private readonly known: KnownApps,
    private readonly proof: UserProof,
    private readonly connections: InstallationConnections,
    private readonly landing: FlowLanding,
    private readonly environment: Environment,
  ) {}

  async begin(
    actor: Actor,
    app: GitHubApp,
    installationId: string,
    reply: FastifyReply,
  ): Promise<FlowStartDto> {
    const { id } = clientOf(app);
    const details: ClaimDetails = { app: app.ref, installation_id: installationId };
    const { state, codeVerifier, expiresAt } = await this.flows.begin(
      actor,
      {
        purpose: 'github_app_claim',
        details: { ...details },
        audit: {
          action: 'github_app.claim_started',
          ...auditedApp(app.ref),
          metadata: { installation_id: installationId },
        },
      },
      reply,
    );
    const url = new URL(`${app.webUrl}/login/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: id,
      redirect_uri: this.redirectUri,
      state,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    return { authorization_url: url.toString(), expires_at: expiresAt };
  }

  /** @returns where the browser goes */
  finish(request: FastifyRequest, reply: FastifyReply, query: Record<string, unknown>): Promise<string> {
    return this.landing.of('github_install', () => this.take(request, reply, query));
  }

  private async take(
    request: FastifyRequest,
    reply: FastifyReply,
    query: Record<string, unknown>,
  ): Promise<FlowOutcome> {
    const { state, code, error, malformed } = readCallback(query);
    const { row, actor, codeVerifier } = await this.flows.redeem(request, reply, state, 'github_app_claim');
    if (!actor.permissions.has('integrations:create'))
      throw new AppError('FORBIDDEN', 'Your role does not include integrations:create any more.');
    if (error === 'access_denied')
      throw new AppError(
        'OAUTH_DENIED',
        'On GitHub, the App was not allowed to see who you are. Nothing was changed.',
      );
    if (code === undefined || error !== undefined || malformed)
      throw new AppError(
        'OAUTH_PROVIDER_ERROR',
        'GitHub ended the authorisation with an error. Start again.',
      );
    const { app: ref, installation_id: installationId } = row.details as unknown as ClaimDetails;
    const app = await this.known.require(row.organizationId, ref);
    const authorization = { code, codeVerifier, redirectUri: this.redirectUri };
    const installation = await this.proof.prove(actor, app, installationId, authorization);
    return { outcome: 'connected', integrationId: await this.connections.connect(actor, app, installation) };
  }

  private get redirectUri(): string {
    return new URL('/api/v1/github-app/callback', this.environment.publicUrl).toString();
  }
}

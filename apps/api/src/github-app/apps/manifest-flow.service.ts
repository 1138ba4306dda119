import { createPrivateKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { WithMessage } from '../../common/envelope.js';
import { newId } from '../../common/new-id.js';
import { Environment } from '../../config/environment.js';
import { githubApiUrl, isGitHubWebUrl, PUBLIC_GITHUB } from '../../config/github-addresses.js';
import { readCallback } from '../../connect/callback-parameters.js';
import { FlowStates } from '../../connect/flow-states.service.js';
import { IdentityService } from '../../identity/identity.service.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import { AppCreation } from './app-creation.js';
import { convertedManifestOf } from '../github-answers.js';
import type { FlowStartDto, StartManifestDto } from '../github-app.dto.js';
import { GitHubClients } from '../github-clients.js';
import { FlowLanding } from '../installations/flow-landing.js';
import { appManifest, manifestPage, type ManifestPage, manifestTarget } from './manifest-page.js';
import { canReachUs } from './reachability.js';

const LONGEST_NAME = 34;
const CONVERSION = 'did not make the App';

/** What the flow has to know when the browser comes back. */
interface Details {
  ref: string;
  name: string;
  organization: string | null;
  web_url: string;
}

/** An organisation's own App, made by GitHub from what we want it to be. */
@Injectable()
export class ManifestFlow {
  constructor(
    private readonly flows: FlowStates,
    private readonly identity: IdentityService,
    private readonly clients: GitHubClients,
    private readonly creation: AppCreation,
    private readonly landing: FlowLanding,
    private readonly environment: Environment,
  ) {}

  /** @throws AppError VALIDATION_FAILED */
  async start(
    actor: Actor,
    { name, organization, web_url: given = PUBLIC_GITHUB }: StartManifestDto,
    reply: FastifyReply,
  ): Promise<FlowStartDto | WithMessage<FlowStartDto>> {
    if (!isGitHubWebUrl(given))
      throw AppError.invalid({
        web_url: ['must be the address of a GitHub without a path, such as https://github.example.com'],
      });
    const webUrl = new URL(given).origin;
    const details: Details = {
      ref: newId(),
      name: name?.trim() ?? (await this.nameFor(actor)),
      organization: organization ?? null,
      web_url: webUrl,
    };
    const { state, expiresAt } = await this.flows.begin(
      actor,
      {
        purpose: 'github_app_manifest',
        details: { ...details },
        audit: {
          action: 'github_app.manifest_started',
          resourceType: 'github_app',
          resourceId: details.ref,
          metadata: { web_url: webUrl, organization: details.organization },
        },
      },
      reply,
    );
    const { origin } = this.environment.publicUrl;
    const answer = {
      authorization_url: `${origin}/api/v1/github-app/manifest/form?state=${encodeURIComponent(state)}`,
      expires_at: expiresAt,
    };
    if (this.isReachable(webUrl)) return answer;
    return new WithMessage(
      answer,
      `GitHub cannot reach ${origin}, so it will not tell Latchkey of changes: the App is made without a webhook. ` +
        'Installing, tokens and reading the repositories work all the same; repositories are read once a day and when you ask.',
    );
  }

  /** The page that takes the manifest to GitHub. @throws AppError OAUTH_STATE_INVALID, OAUTH_STATE_EXPIRED, OAUTH_STATE_USED */
  async page(request: FastifyRequest, state: unknown): Promise<ManifestPage> {
    const row = await this.flows.look(request, state, 'github_app_manifest');
    const { ref, name, organization, web_url: webUrl } = row.details as unknown as Details;
    const { organizationId } = row;
    const planned = { organizationId, ref, name, reachable: this.isReachable(webUrl) };
    const manifest = appManifest(this.environment.publicUrl, planned);
    return manifestPage(manifestTarget(webUrl, organization, String(state)), manifest, name);
  }

  /** GitHub has made the App. @returns where the browser goes */
  async finish(
    request: FastifyRequest,
    reply: FastifyReply,
    query: Record<string, unknown>,
  ): Promise<string> {
    return this.landing.of('github_app', async () => {
      const { state, code } = readCallback(query);
      const { actor, row } = await this.flows.redeem(request, reply, state, 'github_app_manifest');
      if (!actor.permissions.has('integrations:create'))
        throw new AppError('FORBIDDEN', 'Your role does not include integrations:create any more.');
      if (code === undefined)
        throw new AppError('OAUTH_DENIED', 'GitHub did not make the App. Start again when you like.');
      const { ref, web_url: webUrl } = row.details as unknown as Details;
      const apiUrl = githubApiUrl(webUrl);
      const made = convertedManifestOf(await this.convert(apiUrl, code));
      if (!made || !isReadable(made.privateKey)) {
        throw new AppError(
          'OAUTH_PROVIDER_ERROR',
          'GitHub’s answer about the new App could not be read. Check the address of GitHub, delete the App there and start again.',
        );
      }
      await this.creation.create(actor, { organizationId: organizationOf(actor), ref, webUrl, apiUrl, made });
      return { outcome: 'connected' };
    });
  }

  private async convert(apiUrl: string, code: string): Promise<unknown> {
    try {
      return await this.clients
        .anonymous(apiUrl)
        .ask('POST /app-manifests/{code}/conversions', CONVERSION, { code });
    } catch (error) {
      if (!(error instanceof CredentialUnusableError)) throw error;
      const isRefused = [400, 401, 403, 404, 422].includes(error.statusCode ?? 0);
      throw new AppError(
        isRefused ? 'OAUTH_EXCHANGE_FAILED' : 'OAUTH_PROVIDER_ERROR',
        isRefused
          ? 'GitHub does not take its code any more: it works once and for an hour. Delete the App on GitHub and start again.'
          : `${error.reason}. ${error.hint} Delete the App on GitHub and start again.`,
        { cause: error },
      );
    }
  }

  private async nameFor(actor: Actor): Promise<string> {
    const memberships = await this.identity.membershipsOf(actor.userId);
    const own = memberships.find(({ id }) => id === actor.organizationId);
    return `Latchkey ${own?.name ?? ''}`.trim().slice(0, LONGEST_NAME).toWellFormed().trim();
  }

  private isReachable(webUrl: string): boolean {
    return canReachUs(webUrl, this.environment.publicUrl, this.environment.egressHostMap);
  }
}

function isReadable(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

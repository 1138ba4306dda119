import { Injectable } from '@nestjs/common';
import { ConfigurationError } from '@latchkey/catalogue';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import { OAuthParties } from '../integrations/tokens/oauth-parties.js';
import { OAuthClient } from '../tokens/oauth2/oauth-client.js';
import { OAuthClients } from '../tokens/oauth2/oauth-clients.js';
import type { InitiateDto, StartedFlowDto } from './connect.dto.js';
import type { ConsentDetails } from './consent-details.js';
import { fingerprintOf } from './consent-exchange.js';
import { FlowStates } from './flow-states.service.js';
import { chooseScopes } from './scope-choice.js';

/** The browser is sent to the provider. */
@Injectable()
export class ConsentRequests {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly parties: OAuthParties,
    private readonly flows: FlowStates,
    private readonly client: OAuthClient,
    private readonly clients: OAuthClients,
  ) {}

  /** @throws AppError NOT_FOUND, FORBIDDEN, CONFLICT when there is nothing to authorise, VALIDATION_FAILED for a scope */
  async initiate(actor: Actor, id: string, dto: InitiateDto, reply: FastifyReply): Promise<StartedFlowDto> {
    const row = await this.reader.requirePermitted(actor, 'credentials:update', id);
    if (row.status === 'disabled')
      throw new AppError('CONFLICT', `“${row.name}” is disabled. Enable it, then authorise it.`);
    const party = await this.parties.require(row);
    const { metadata } = party.credential;
    const scopes = chooseScopes(party, dto.scopes, metadata.oauth?.scopes_asked);
    const { display = 'page' } = dto;
    const details: ConsentDetails = { scopes, display, fingerprint: fingerprintOf(party) };
    const redirectUri = this.clients.callbackUrl;
    // An address that is missing is found before anything is written.
    this.addressOf(party, { redirectUri, state: 'none', codeVerifier: 'none'.repeat(11), scopes });
    const { state, codeVerifier, expiresAt } = await this.flows.begin(
      actor,
      {
        purpose: 'connect',
        integrationId: id,
        details: { ...details },
        audit: {
          action: 'integration.oauth_started',
          resourceType: 'integration',
          resourceId: id,
          metadata: { scopes, display, client: party.client.of },
        },
      },
      reply,
    );
    return {
      authorization_url: this.addressOf(party, { redirectUri, state, codeVerifier, scopes }),
      expires_at: expiresAt,
    };
  }

  private addressOf(...[party, request]: Parameters<OAuthClient['authorizationUrl']>): string {
    try {
      return this.client.authorizationUrl(party, request);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      throw new AppError('CONFLICT', `${error.message}. ${error.hint ?? ''}`.trim(), { cause: error });
    }
  }
}

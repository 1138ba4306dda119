import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import canonicalize from 'canonicalize';
import { AppError } from '../common/app-error.js';
import { OAuthParties, type SavedParty } from '../integrations/tokens/oauth-parties.js';
import type { NewConsent } from '../integrations/credentials/consent-store.js';
import { OAuthClient, type TokenGrant } from '../tokens/oauth2/oauth-client.js';
import { OAuthClients } from '../tokens/oauth2/oauth-clients.js';
import { missingScopes } from '../tokens/oauth2/scopes.js';
import { type CallbackParameters } from './callback-parameters.js';
import { authorizationRefused, exchangeFailed, scopesMissing, unreadableAnswer } from './consent-errors.js';

const EXCHANGE_MS = 25_000;
const REVOCATION_MS = 10_000;

export interface Answer {
  parameters: CallbackParameters;
  state: string;
  codeVerifier: string;
  scopes: string[];
}

/**
 * What a consent belongs to besides the integration's id: it is void when the client or an address is another one by the
 * time the browser comes back.
 */
export function fingerprintOf({ way, client, config }: SavedParty): string {
  const what = canonicalize([way.id, client.of, client.id, config]) ?? '';
  return createHash('sha256').update(what).digest('base64url');
}

/** The code of a callback becomes tokens that hold what was asked for. */
@Injectable()
export class ConsentExchange {
  private readonly logger = new Logger('Connect');

  constructor(
    private readonly client: OAuthClient,
    private readonly clients: OAuthClients,
    private readonly parties: OAuthParties,
  ) {}

  /** @throws AppError OAUTH_DENIED, OAUTH_PROVIDER_ERROR, OAUTH_EXCHANGE_FAILED, OAUTH_SCOPE_MISSING */
  async run(party: SavedParty, { parameters, state, codeVerifier, scopes }: Answer): Promise<NewConsent> {
    const { code, error, iss, malformed } = parameters;
    if (malformed) throw unreadableAnswer(party);
    if (error !== undefined)
      throw authorizationRefused(error, { ...party, callbackUrl: this.clients.callbackUrl });
    if (code === undefined) throw unreadableAnswer(party);
    const callback = new URLSearchParams({ code, state, ...(iss === undefined ? {} : { iss }) });
    const redirectUri = this.clients.callbackUrl;
    let grant: TokenGrant;
    try {
      const signal = AbortSignal.timeout(EXCHANGE_MS);
      const exchange = { callback, redirectUri, state, codeVerifier, scopes };
      grant = await this.client.exchange(party, exchange, signal);
    } catch (failure) {
      throw exchangeFailed(failure, party);
    }
    const missing = missingScopes(party.way, scopes, grant.scopes, grant.refreshToken !== undefined);
    if (missing.length > 0) {
      await this.withdraw(party, grant);
      throw scopesMissing(party, missing);
    }
    return { grant, scopesAsked: scopes, config: await this.configOf(party, grant) };
  }

  /**
   * A token that is not kept should not go on living. Where the integration has tokens already it stays: many providers
   * end the whole grant with one of its tokens, and with it those that work.
   */
  async withdraw(party: SavedParty, { accessToken, refreshToken }: TokenGrant): Promise<void> {
    if (party.fields.access_token !== undefined) return;
    try {
      await this.client.revoke(party, { accessToken, refreshToken }, AbortSignal.timeout(REVOCATION_MS));
    } catch {
      this.logger.warn(`A token of ${party.manifest.name} that is not kept could not be withdrawn.`);
    }
  }

  private async configOf(party: SavedParty, grant: TokenGrant) {
    try {
      return this.parties.configured(party, grant.captured);
    } catch (error) {
      await this.withdraw(party, grant);
      if (!(error instanceof AppError)) throw error;
      throw new AppError(
        'OAUTH_EXCHANGE_FAILED',
        `${party.manifest.name} answered with something that does not fit the settings: ${error.message}. Nothing was kept.`,
        { cause: error },
      );
    }
  }
}

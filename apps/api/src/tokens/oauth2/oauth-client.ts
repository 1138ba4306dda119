import { createHash } from 'node:crypto';
import { accountCall, type OAuthSettings, oauthSettings, shownText } from '@latchkey/catalogue';
import { Injectable } from '@nestjs/common';
import * as openid from 'openid-client';
import { Clock } from '../../common/clock.js';
import { EgressClient } from '../../egress/egress.client.js';
import { jsonOf } from '../derivations/token-answer.js';
import { cleanGrant } from './clean-grant.js';
import { clientAuthentication } from './client-authentication.js';
import { type RevocableTokens, revokeTokens } from './revocation.js';
import { readGrant, standardForm } from './token-answers.js';
import { TokenRequestError } from './token-errors.js';
import type { OAuthParty, TokenGrant } from './token-grant.js';
import { bodyOf, callServer } from './token-requests.js';

export type { OAuthParty, TokenGrant } from './token-grant.js';

interface AuthorizationRequest {
  redirectUri: string;
  state: string;
  codeVerifier: string;
  scopes: string[];
}

/** The answer of the authorization endpoint, with what it has to fit. */
export interface CodeExchange extends AuthorizationRequest {
  /** The query of the callback. */
  callback: URLSearchParams;
}

/** One request to a token endpoint. */
interface TokenRequest {
  purpose: 'exchange' | 'refresh';
  url: string;
  signal?: AbortSignal;
  /** Lets openid-client make the request and check what it has to fit. */
  run: (configuration: openid.Configuration) => Promise<unknown>;
}

/** OpenID Connect Core, section 11: offline access is only given to who asks for consent. */
const OFFLINE = 'offline_access';

/** OAuth 2.0 with any provider: RFC 6749, 7636, 7009, 9207, and what the manifest says of its own ways. */
@Injectable()
export class OAuthClient {
  constructor(
    private readonly egress: EgressClient,
    private readonly clock: Clock,
  ) {}

  /** Where the browser has to go for the consent. @throws ConfigurationError when an address is missing */
  authorizationUrl(
    party: OAuthParty,
    { redirectUri, state, codeVerifier, scopes }: AuthorizationRequest,
  ): string {
    const settings = settingsOf(party);
    const consent = scopes.includes(OFFLINE) && party.way.oauth2?.from_config.scopes !== undefined;
    const parameters = {
      ...(consent && { prompt: 'consent' }),
      ...settings.authorizeParameters,
      response_type: 'code',
      client_id: party.client.id,
      redirect_uri: redirectUri,
      ...(scopes.length > 0 && { scope: scopes.join(party.way.oauth2?.scope_separator) }),
      state,
      ...(settings.pkce && { code_challenge: challengeOf(codeVerifier), code_challenge_method: 'S256' }),
    };
    const address = new URL(settings.authorizationUrl);
    for (const name of Object.keys(parameters)) address.searchParams.delete(name);
    const configuration = configurationOf(party, settings, settings.tokenUrl, address.href);
    return openid.buildAuthorizationUrl(configuration, parameters).href;
  }

  /**
   * Redeems the code of a callback, and finds out whose account it is.
   * @throws TokenRequestError
   */
  async exchange(party: OAuthParty, exchange: CodeExchange, signal?: AbortSignal): Promise<TokenGrant> {
    const settings = settingsOf(party);
    const callback = new URL(exchange.redirectUri);
    callback.search = exchange.callback.toString();
    // Nobody said what the issuer is, so there is nothing to compare with.
    if (settings.issuer === undefined) callback.searchParams.delete('iss');
    const checks = {
      expectedState: exchange.state,
      pkceCodeVerifier: settings.pkce ? exchange.codeVerifier : undefined,
    };
    const grant = await this.request(party, settings, {
      purpose: 'exchange',
      url: settings.tokenUrl,
      signal,
      run: (configuration) =>
        openid.authorizationCodeGrant(configuration, callback, checks, settings.tokenParameters),
    });
    return grant.account
      ? grant
      : cleanGrant({ ...grant, account: await this.accountOf(party, grant, signal) }, party);
  }

  /** @throws TokenRequestError */
  async refresh(
    party: OAuthParty,
    { refreshToken, scopes = [] }: { refreshToken: string; scopes?: string[] },
    signal?: AbortSignal,
  ): Promise<TokenGrant> {
    const settings = settingsOf(party);
    const separator = party.way.oauth2?.scope_separator;
    const parameters = {
      ...settings.tokenParameters,
      ...(scopes.length > 0 && { scope: scopes.join(separator) }),
    };
    return this.request(party, settings, {
      purpose: 'refresh',
      url: settings.refreshUrl,
      signal,
      run: (configuration) => openid.refreshTokenGrant(configuration, refreshToken, parameters),
    });
  }

  /**
   * Withdraws the tokens at the provider.
   * @returns `unsupported` where the provider has no way to
   * @throws TokenRequestError
   */
  revoke(
    party: OAuthParty,
    tokens: RevocableTokens,
    signal?: AbortSignal,
  ): Promise<'revoked' | 'unsupported'> {
    return revokeTokens(this.egress, party, tokens, this.clock.now(), signal);
  }

  /** openid-client makes the request and checks state and issuer; what comes back is read here. */
  private async request(
    party: OAuthParty,
    settings: OAuthSettings,
    { purpose, url, signal, run }: TokenRequest,
  ): Promise<TokenGrant> {
    let grant: TokenGrant | undefined;
    let failure: unknown;
    const configuration = configurationOf(party, settings, url);
    configuration[openid.customFetch] = async (address, { headers, body }) => {
      try {
        grant = await this.ask(party, { purpose, url: address, headers, body, signal });
        return new Response(standardForm(grant), { headers: { 'content-type': 'application/json' } });
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    try {
      await run(configuration);
    } catch (error) {
      throw failure ?? refusedCallback(party, error);
    }
    // It never comes back without having asked.
    return grant!;
  }

  private async ask(
    party: OAuthParty,
    call: {
      purpose: 'exchange' | 'refresh';
      url: string;
      headers: Record<string, string>;
      body: openid.FetchBody;
      signal?: AbortSignal;
    },
  ): Promise<TokenGrant> {
    const { authorization } = call.headers;
    const parameters = Object.fromEntries(call.body as URLSearchParams);
    const { body, type } = bodyOf(party.way.oauth2?.token_request_format ?? 'form', parameters);
    const sentAt = this.clock.now();
    const response = await callServer(this.egress, party, {
      method: 'POST',
      url: call.url,
      headers: {
        accept: 'application/json',
        'content-type': type,
        ...(authorization !== undefined && { authorization }),
      },
      body,
      signal: call.signal,
    });
    return cleanGrant(readGrant(party, call.purpose, response, sentAt), party);
  }

  /** For people to recognise the account by; a connection is none the worse without it. */
  private async accountOf(
    { manifest, way, config }: OAuthParty,
    { accessToken }: TokenGrant,
    signal?: AbortSignal,
  ): Promise<TokenGrant['account']> {
    const call = accountCall(manifest, way, config, accessToken);
    if (!call) return null;
    try {
      const response = await this.egress.request({ ...call, timeoutMs: 5_000, maxRedirects: 0, signal });
      if (response.status !== 200) return null;
      const answer: unknown = jsonOf(response) ?? JSON.parse(response.body.toString('utf8'));
      const id = shownText(answer, way.oauth2?.account?.id);
      const name = shownText(answer, way.oauth2?.account?.name);
      return id === undefined && name === undefined
        ? null
        : { ...(id !== undefined && { id }), ...(name !== undefined && { name }) };
    } catch {
      return null;
    }
  }
}

const settingsOf = ({ manifest, way, config }: OAuthParty): OAuthSettings =>
  oauthSettings(manifest, way, config);

/** RFC 7636, section 4.2. */
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

function configurationOf(
  { client }: OAuthParty,
  settings: OAuthSettings,
  tokenUrl: string,
  authorizationUrl = settings.authorizationUrl,
): openid.Configuration {
  const configuration = new openid.Configuration(
    {
      issuer: settings.issuer ?? new URL(settings.tokenUrl).origin,
      authorization_endpoint: authorizationUrl,
      token_endpoint: tokenUrl,
    },
    client.id,
    undefined,
    clientAuthentication(settings.clientAuthentication, client),
  );
  // Egress decides whether http may be used; it is allowed for services inside a company.
  if ([tokenUrl, authorizationUrl].some((url) => url.startsWith('http:')))
    openid.allowInsecureRequests(configuration);
  return configuration;
}

/** The callback was not the answer to what was asked. What it held is not repeated, and no cause that holds it. */
function refusedCallback({ manifest }: OAuthParty, error: unknown): unknown {
  if (error instanceof openid.AuthorizationResponseError) {
    const code = /^[a-z_.]{1,60}$/.test(error.error) ? error.error : undefined;
    return new TokenRequestError('refused', 'permission', `${manifest.name} did not give its consent`, {
      hint: 'Start the authorisation again, and allow the access.',
      code,
    });
  }
  if (!(error instanceof openid.ClientError)) return error;
  return new TokenRequestError(
    'refused',
    'bad_response',
    `The answer that came back from ${manifest.name} does not fit what was asked`,
    { hint: 'Start the authorisation again, in one browser window.' },
  );
}

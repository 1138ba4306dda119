import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider';
import { LocalServers } from './local-servers.js';
import { OidcStore } from './oidc-store.js';

export interface OidcClient {
  id: string;
  /** Absent: a public client. */
  secret?: string;
  redirectUris: string[];
  /** Default `basic`, and `none` without a secret. */
  auth?: 'basic' | 'post' | 'none';
}

export interface OidcOptions {
  clients: OidcClient[];
  /** Besides openid and offline_access. */
  scopes?: string[];
  accessTokenTtlSeconds?: number;
  refreshTokenTtlSeconds?: number;
  /** Default true. A refresh token that is used twice ends the whole grant then. */
  rotateRefreshTokens?: boolean;
  /** Default true: a refresh token only for `offline_access` with `prompt=consent`. False: for each consent. */
  refreshTokensNeedOfflineAccess?: boolean;
  /** Default true. */
  pkceRequired?: boolean;
}

/** A request to the token endpoint, as it arrived. */
export interface TokenRequest {
  grantType: string;
  form: URLSearchParams;
  headers: Record<string, string>;
}

export interface TokenAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Said to be JSON, unless the headers say otherwise. */
export const tokenAnswer = (
  status: number,
  body: object | string,
  headers: Record<string, string> = {},
): TokenAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/**
 * What stands before the token endpoint. `forward` lets the server carry the request out (again with each call) and
 * gives what it answers; `drop` closes the connection without an answer.
 */
export type TokenHandler = (
  request: TokenRequest,
  forward: () => Promise<TokenAnswer>,
) => Promise<TokenAnswer | 'drop'>;

interface Person {
  accountId: string;
  /** Presses “deny”. */
  denies: boolean;
  /** Scopes that are left out of the consent. */
  withholds: string[];
}

const INTERACTION = /^\/interaction\/[^/]+$/;

/** A real OAuth 2.0 and OpenID Connect server on 127.0.0.1, where a person logs in and consents without a form. */
export class Oidc {
  /** Its issuer, too: `/auth`, `/token`, `/token/revocation`, `/token/introspection`, `/me` stand below it. */
  url: string;
  /** What the person at the browser does next. */
  readonly person: Person = { accountId: 'ada', denies: false, withholds: [] };
  /** Requests to the token endpoint since the start or `resetCounts`, lost ones too. */
  tokenRequests: Record<string, number> = {};
  readonly store = new OidcStore();
  #handler: TokenHandler | undefined;
  #provider: Provider;
  /** The server itself; what comes to `url` is looked at first. */
  #inner: Server;
  readonly #servers = new LocalServers();

  static async start(options: OidcOptions): Promise<Oidc> {
    const oidc = new Oidc();
    oidc.url = await oidc.#servers.http((request, response) => void oidc.#serve(request, response));
    oidc.#provider = new Provider(oidc.url, configuration(options, oidc.store));
    oidc.#inner = createServer((request, response) => void oidc.#provider.callback()(request, response));
    await new Promise<void>((resolve) => oidc.#inner.listen(0, '127.0.0.1', resolve));
    return oidc;
  }

  /** Config fields and addresses as the manifest of generic_http names them. */
  get addresses() {
    return {
      authorization_url: `${this.url}/auth`,
      token_url: `${this.url}/token`,
      revocation_url: `${this.url}/token/revocation`,
    };
  }

  /** Puts something between callers and the token endpoint; without an argument takes it away. */
  onToken(handler?: TokenHandler): void {
    this.#handler = handler;
  }

  /** Every request for a token is answered so, and none reaches the server. */
  always(answer: TokenAnswer): void {
    this.onToken(() => Promise.resolve(answer));
  }

  resetCounts(): void {
    this.tokenRequests = {};
  }

  /** True while an access token lives. */
  async accepts(accessToken: string): Promise<boolean> {
    return (await this.#provider.AccessToken.find(accessToken)) !== undefined;
  }

  /** True while a refresh token can be used; a rotated one cannot. */
  async refreshable(refreshToken: string): Promise<boolean> {
    const found = await this.#provider.RefreshToken.find(refreshToken);
    return found !== undefined && !found.consumed;
  }

  async close(): Promise<void> {
    await this.#servers.close();
    this.#inner.closeAllConnections();
    await new Promise((resolve) => this.#inner.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?')[0]!;
    try {
      if (request.method === 'POST' && path === '/token') return await this.#token(request, response);
      if (INTERACTION.test(path)) return await this.#interact(request, response);
      if (path === '/resource') return await this.#resource(request, response);
      return await this.#provider.callback()(request, response);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  /** An API that wants a token of this server. */
  async #resource(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const live = await this.accepts(token);
    response.writeHead(live ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(live ? { login: this.person.accountId } : { error: 'invalid_token' }));
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const form = new URLSearchParams(body);
    const grantType = form.get('grant_type') ?? 'none';
    this.tokenRequests[grantType] = (this.tokenRequests[grantType] ?? 0) + 1;
    const { host: _host, connection: _connection, 'content-length': _length, ...rest } = request.headers;
    const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    const forward = () => this.#forward(headers, body);
    const answer = this.#handler
      ? await this.#handler({ grantType, form, headers }, forward)
      : await forward();
    if (answer === 'drop') return void request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async #forward(headers: Record<string, string>, body: string): Promise<TokenAnswer> {
    const { port } = this.#inner.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/token`, {
      method: 'POST',
      headers: { ...headers, 'accept-encoding': 'identity' },
      body,
    });
    const kept = ['content-type', 'cache-control', 'www-authenticate'].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(kept) as Record<string, string>,
      body: await answer.text(),
    };
  }

  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, grantId } = await this.#provider.interactionDetails(request, response);
    const { accountId, denies, withholds } = this.person;
    if (denies) {
      const result = { error: 'access_denied', error_description: 'The person said no' };
      return this.#provider.interactionFinished(request, response, result, {
        mergeWithLastSubmission: false,
      });
    }
    if (prompt.name === 'login') {
      const result = { login: { accountId } };
      return this.#provider.interactionFinished(request, response, result, {
        mergeWithLastSubmission: false,
      });
    }
    const known = grantId ? await this.#provider.Grant.find(grantId) : undefined;
    const grant = known ?? new this.#provider.Grant({ accountId, clientId: String(params.client_id) });
    const asked = String(params.scope ?? '')
      .split(' ')
      .filter(Boolean);
    const given = asked.filter((scope) => !withholds.includes(scope));
    if (given.length > 0) grant.addOIDCScope(given.join(' '));
    const withheld = asked.filter((scope) => withholds.includes(scope));
    if (withheld.length > 0) grant.rejectOIDCScope(withheld.join(' '));
    const result = { consent: { grantId: await grant.save() } };
    return this.#provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }
}

function clientMetadata({ id, secret, redirectUris, auth }: OidcClient): ClientMetadata {
  const how = secret === undefined ? 'none' : (auth ?? 'basic');
  return {
    client_id: id,
    ...(secret !== undefined && how !== 'none' && { client_secret: secret }),
    redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: how === 'none' ? 'none' : `client_secret_${how}`,
  };
}

const isItsOwn = (_ctx: unknown, client: { clientId: string }, token: { clientId?: string }): boolean =>
  token.clientId === client.clientId;

function configuration(options: OidcOptions, store: OidcStore): Configuration {
  const { refreshTokensNeedOfflineAccess: offline = true, rotateRefreshTokens = true } = options;
  return {
    adapter: (model: string) => store.adapter(model),
    clients: options.clients.map(clientMetadata),
    scopes: ['openid', 'offline_access', ...(options.scopes ?? [])],
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    clockTolerance: 0,
    jwks: {
      keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
    },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => options.pkceRequired ?? true },
    rotateRefreshToken: rotateRefreshTokens,
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && (!offline || source.scopes.has('offline_access')),
    expiresWithSession: () => false,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: isItsOwn },
      introspection: { enabled: true, allowedPolicy: isItsOwn },
    },
    ttl: {
      AccessToken: options.accessTokenTtlSeconds ?? 3600,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: options.refreshTokenTtlSeconds ?? 86_400,
      Session: 86_400,
    },
  };
}

const MOST_HOPS = 20;

/**
 * What a browser does between the authorization URL and our callback: it follows redirects and keeps cookies.
 * @returns the callback's address with what the server put into it; it is not requested
 */
export async function consent(authorizationUrl: string): Promise<URL> {
  const redirectUri = new URL(authorizationUrl).searchParams.get('redirect_uri')!;
  const jar = new Map<string, string>();
  let url = new URL(authorizationUrl);
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    if (`${url.origin}${url.pathname}` === redirectUri) return url;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null)
      throw new Error(`${url.pathname} answered ${answer.status}: ${await answer.text()}`);
    url = new URL(location, url);
  }
  throw new Error('The authorization server redirects in circles.');
}

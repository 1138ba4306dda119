import type { AuthWay, FieldValue, Manifest, OAuth2, OAuthScope } from './manifest.js';
import { readPath } from './paths.js';
import { buildCall, explained, type ProviderCall, renderAll, scopeOf, tlsOf } from './request.js';
import { render, type TemplateScope } from './template.js';
import { ConfigurationError } from './url.js';

/** The OAuth block of a way as it is for one integration. */
export interface OAuthSettings {
  authorizationUrl: string;
  tokenUrl: string;
  refreshUrl: string;
  /** undefined: nobody said what it is, so it cannot be checked. */
  issuer: string | undefined;
  pkce: boolean;
  clientAuthentication: OAuth2['client_authentication'];
  scopes: OAuthScope[];
  authorizeParameters: Record<string, string>;
  tokenParameters: Record<string, string>;
}

/** A request that withdraws a token. */
export interface RevocationCall extends Pick<ProviderCall, 'tlsVerify' | 'caCertificate'> {
  method: 'POST' | 'DELETE';
  url: string;
  format: 'form' | 'json';
  /** `public`: the client's ID alone; `bearer`: with the access token itself. */
  authentication: 'basic' | 'post' | 'public' | 'bearer' | 'none';
  parameters: Record<string, string>;
}

/** What the flow decides itself; neither manifest nor settings may say otherwise. */
export const RESERVED_PARAMETERS = new Set([
  'client_id',
  'client_secret',
  'redirect_uri',
  'response_type',
  'response_mode',
  'state',
  'scope',
  'nonce',
  'code',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
]);

function block(way: AuthWay): OAuth2 {
  if (!way.oauth2) throw new Error(`${way.id} is no OAuth way`);
  return way.oauth2;
}

function isAddress(text: string): boolean {
  const url = /[\s\\#\p{Cc}]/u.test(text) ? null : URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password;
}

function address(what: string, template: string | undefined, scope: TemplateScope): string | undefined {
  const text = template === undefined ? undefined : render(template, scope);
  if (text === undefined || isAddress(text)) return text;
  throw new ConfigurationError(
    `The ${what} cannot be used`,
    'Enter a URL such as https://login.example.com/authorize, without user name, password or #.',
  );
}

function needed(what: string, template: string, scope: TemplateScope): string {
  const text = address(what, template, scope);
  if (text !== undefined) return text;
  throw new ConfigurationError(
    `The ${what} is not set`,
    `Fill in the ${what} in the settings of the integration.`,
  );
}

/** The text of scopes that a person typed. */
const typedScopes = (text: unknown): OAuthScope[] =>
  [...new Set(typeof text === 'string' ? text.split(/[\s,]+/).filter(Boolean) : [])].map((name) => ({
    name,
    allows: 'As the service defines it',
    default: true,
    required: false,
    covers: [],
    granted_as: [],
    reported: true,
  }));

function typedParameters(text: unknown): Record<string, string> {
  const given = new URLSearchParams(typeof text === 'string' ? text : '');
  return Object.fromEntries([...given].filter(([name]) => !RESERVED_PARAMETERS.has(name)));
}

/**
 * The OAuth block of a way with the settings of an integration filled in.
 * @param config as stored; defaults of the manifest count where it has nothing
 * @throws ConfigurationError when an address is missing or cannot be used
 */
export function oauthSettings(
  manifest: Manifest,
  way: AuthWay,
  config: Record<string, FieldValue>,
): OAuthSettings {
  const oauth = block(way);
  const scope = scopeOf(manifest, way, config, {});
  const { from_config: from } = oauth;
  const said = (name: string | undefined): unknown => (name === undefined ? undefined : scope.config[name]);
  return explained(() => {
    const tokenUrl = needed('token URL', oauth.token_url, scope);
    return {
      authorizationUrl: needed('authorization URL', oauth.authorization_url, scope),
      tokenUrl,
      refreshUrl: address('refresh URL', oauth.refresh_url, scope) ?? tokenUrl,
      issuer: oauth.issuer === undefined ? undefined : render(oauth.issuer, scope),
      pkce: oauth.pkce !== 'none' && said(from.without_pkce) !== true,
      clientAuthentication:
        (said(from.client_authentication) as OAuth2['client_authentication'] | undefined) ??
        oauth.client_authentication,
      scopes: from.scopes === undefined ? oauth.scopes : [...oauth.scopes, ...typedScopes(said(from.scopes))],
      authorizeParameters: {
        ...Object.fromEntries(renderAll(oauth.authorize_parameters, scope)),
        ...typedParameters(said(from.authorize_parameters)),
      },
      tokenParameters: Object.fromEntries(renderAll(oauth.token_parameters, scope)),
    };
  });
}

/** Templates of the addresses that the OAuth ways of a type send secrets to, or that a person is sent to. */
export function oauthAddresses(manifest: Manifest): string[] {
  return manifest.auth.flatMap(({ oauth2 }) =>
    oauth2
      ? [
          oauth2.authorization_url,
          oauth2.token_url,
          oauth2.refresh_url ?? [],
          oauth2.revocation?.url ?? [],
          oauth2.issuer ?? [],
          oauth2.account?.base_url ?? [],
        ].flat()
      : [],
  );
}

/**
 * How the tokens of a way are withdrawn.
 * @returns undefined where the provider, or this integration, has no way to
 */
export function revocationCall(
  manifest: Manifest,
  way: AuthWay,
  config: Record<string, FieldValue>,
  client: { id: string; secret?: string },
  tokens: { accessToken: string; refreshToken?: string },
): RevocationCall | undefined {
  const { revocation } = block(way);
  if (!revocation) return undefined;
  const { clientAuthentication } = oauthSettings(manifest, way, config);
  const asClient = clientAuthentication === 'none' ? 'public' : clientAuthentication;
  const token =
    revocation.token === 'refresh_token' ? (tokens.refreshToken ?? tokens.accessToken) : tokens.accessToken;
  const open = scopeOf(manifest, way, config, { client_id: encodeURIComponent(client.id) });
  const scope = { ...open, credentials: { token, client_id: client.id, client_secret: client.secret } };
  return explained(() => {
    const url = address('revocation URL', revocation.url, open);
    if (url === undefined) return undefined;
    return {
      method: revocation.method,
      url,
      format: revocation.format,
      authentication: revocation.authentication === 'client' ? asClient : revocation.authentication,
      parameters: Object.fromEntries(renderAll(revocation.parameters, scope)),
      ...tlsOf(scope.config),
    };
  });
}

/** The look-up of whose token it is; undefined where the manifest has none. */
export function accountCall(
  manifest: Manifest,
  way: AuthWay,
  config: Record<string, FieldValue>,
  accessToken: string,
): ProviderCall | undefined {
  const { account } = block(way);
  if (!account) return undefined;
  const scope = scopeOf(manifest, way, config, { access_token: accessToken });
  return explained(() => buildCall(manifest, way, account.request, scope, baseOf(account.base_url, scope)));
}

const baseOf = (template: string | undefined, scope: TemplateScope) =>
  template === undefined ? {} : { base: render(template, scope) };

/** A text or number of an answer, as it may be shown. */
export function shownText(json: unknown, path: string | undefined): string | undefined {
  const value = path === undefined ? undefined : readPath(json, path);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  return (
    value
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, 200) || undefined
  );
}

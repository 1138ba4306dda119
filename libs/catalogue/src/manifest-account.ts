/** What a manifest says of requests besides the test, of the consent, and of what the account holds. */

export type RequestBody =
  | { json: Record<string, unknown> }
  | { form: Record<string, string> }
  | { text: string; content_type: string };

export interface RequestTemplate {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  body?: RequestBody;
}

/** Something a person can allow, as the provider writes it. */
export interface OAuthScope {
  name: string;
  allows: string;
  default: boolean;
  /** The connection is of no use without it: it cannot be deselected. */
  required: boolean;
  /** Scopes that are granted with this one and no longer named in the answer. */
  covers: string[];
  /** Other names by which the answer tells of it. */
  granted_as: string[];
  /** False: the answer never names it. */
  reported: boolean;
}

/** The authorization code flow of a way (RFC 6749, 7636, 7009); `manifest.schema.json` explains each key. */
export interface OAuth2 {
  authorization_url: string;
  token_url: string;
  refresh_url?: string;
  revocation?: OAuthRevocation;
  issuer?: string;
  pkce: 'required' | 'supported' | 'none';
  client_authentication: 'basic' | 'post' | 'none';
  token_request_format: 'form' | 'json';
  scope_separator: string;
  scopes: OAuthScope[];
  authorize_parameters: Record<string, string>;
  token_parameters: Record<string, string>;
  refresh: 'rotating' | 'stable' | 'none';
  assumed_lifetime_seconds?: number;
  refresh_margin_seconds: number;
  /** Paths into the token answer, where it keeps things elsewhere than RFC 6749 says. */
  response: Partial<
    Record<
      'access_token' | 'refresh_token' | 'expires_in' | 'scope' | 'account' | 'account_id' | 'error',
      string
    >
  >;
  /** Config field → path in the token answer. */
  capture: Record<string, string>;
  account?: { base_url?: string; request: RequestTemplate; name: string; id?: string };
  /** Errors of the token endpoint, besides `invalid_grant`, that mean that the refresh token is gone. */
  dead_errors: string[];
  /** Errors of the token endpoint, besides `invalid_client`, that mean the client's ID or secret. */
  client_errors: string[];
  /** How to register a client at the provider. */
  client_setup?: { link?: string; steps: string[] };
  /** Config fields that say what differs from server to server. */
  from_config: Partial<
    Record<'scopes' | 'without_pkce' | 'client_authentication' | 'authorize_parameters', string>
  >;
}

/** How a token is withdrawn: RFC 7009 (`form`), or the provider's own way. */
export interface OAuthRevocation {
  url: string;
  method: 'POST' | 'DELETE';
  format: 'form' | 'json';
  /** `client`: as at the token endpoint; `basic`, `post`: the client so; `bearer`: with the access token itself. */
  authentication: 'client' | 'basic' | 'post' | 'bearer' | 'none';
  /** Name → template over config and credentials: `token`, `client_id`, `client_secret`. */
  parameters: Record<string, string>;
  /** Which token is given. */
  token: 'access_token' | 'refresh_token';
}

/** A list that the account holds: repositories, projects, sites. */
export interface SyncResource {
  id: string;
  title: string;
  /** After consent, and later, a person chooses among them. */
  choose: boolean;
  /** Ids of the ways to authenticate that can list them; without it all. */
  ways?: string[];
  request: RequestTemplate;
  /** The list in the answer. */
  items: string;
  /** What to keep of each: `id` and `name` at least. */
  fields: Record<string, string>;
  next?: { link_header?: boolean; cursor?: string; parameter?: string };
}

export interface Sync {
  resources: SyncResource[];
}

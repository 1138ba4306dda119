/**
 * The manifest language as the program sees it, after the loader has checked a file against
 * `manifest.schema.json` and filled in its defaults. The schema describes each key for authors.
 */

/** Why a connection failed; the HTTP contract lists the same words. */
export const FAILURE_KINDS = [
  'dns',
  'refused',
  'timeout',
  'tls',
  'auth',
  'permission',
  'not_found',
  'rate_limited',
  'bad_response',
  'blocked',
  'config',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

export type CredentialType =
  | 'api_token'
  | 'basic_auth'
  | 'oauth2'
  | 'client_credentials'
  | 'github_app'
  | 'aws_access_key'
  | 'aws_assume_role'
  | 'ssh_key'
  | 'connection_string'
  | 'jwt'
  | 'mtls';

/**
 * What is made from the stored fields of a credential before it is used: a token fetched or signed, keys of a session.
 * Placements may name these besides the fields of the way; all of them are secret.
 */
export const DERIVED_FIELDS: Readonly<Partial<Record<CredentialType, readonly string[]>>> = {
  oauth2: ['access_token'],
  client_credentials: ['access_token'],
  github_app: ['access_token'],
  jwt: ['token'],
  aws_assume_role: ['access_key_id', 'secret_access_key', 'session_token'],
};

/** What a config or credential field may hold: forms are flat, so no objects and no arrays. */
export type FieldValue = string | number | boolean;

/** JSON Schema of one field; the keywords a manifest may use. */
export interface Field {
  type: 'string' | 'integer' | 'number' | 'boolean';
  title: string;
  description?: string;
  default?: FieldValue;
  examples?: FieldValue[];
  format?: 'uri' | 'hostname' | 'email';
  pattern?: string;
  enum?: FieldValue[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  writeOnly?: boolean;
  /** Shown in a text area; line breaks are allowed. */
  'x-multiline'?: boolean;
  /** The sentence to show when `pattern` does not match. */
  'x-pattern-message'?: string;
}

export interface FieldSet {
  /** Names of the fields in the order of the form. */
  order: string[];
  required: string[];
  properties: Record<string, Field>;
}

interface FieldGroup {
  title: string;
  fields: string[];
}

export interface Config extends FieldSet {
  groups: FieldGroup[];
}

/** One test on one value of a JSON answer; every key present must hold. */
export interface BodyCondition {
  path: string;
  equals?: FieldValue | null;
  in?: (FieldValue | null)[];
  exists?: boolean;
  is?: ('array' | 'object' | 'string' | 'number' | 'boolean' | 'null')[];
  matches?: string;
}

export interface HeaderCondition {
  name: string;
  equals?: string;
  exists?: boolean;
  matches?: string;
}

/** A status (`404`), a class (`2xx`), or a config field that holds one (`{config.expected_status}`). */
export type StatusPattern = number | string;

/** Holds when all its parts hold; an absent part holds. */
export interface Condition {
  status?: StatusPattern[];
  headers?: HeaderCondition[];
  body?: BodyCondition[];
}

interface FailureRule {
  when: Condition;
  kind: FailureKind;
  reason: string;
  hint?: string;
}

/** A path into the JSON answer (`$.login`, `count($.items)`), or a response header. */
export type Detail = string | { header: string; as?: 'string' | 'integer' };

export type RequestBody =
  | { json: Record<string, unknown> }
  | { form: Record<string, string> }
  | { text: string; content_type: string };

interface RequestTemplate {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  body?: RequestBody;
}

export interface Success {
  status: StatusPattern[];
  /** `json`: anything else is a bad response. `any`: the body is not looked at unless it is JSON. */
  expect: 'json' | 'any';
  body: BodyCondition[];
}

export interface Step {
  id: string;
  optional: boolean;
  /** The step runs only when these config fields are set. */
  only_with: string[];
  /** The step runs only when none of these config fields is set. */
  only_without: string[];
  request: RequestTemplate;
  success: Success;
  failures: FailureRule[];
  details: Record<string, Detail>;
}

/** Where the credential goes in a request. */
interface Placement {
  headers?: Record<string, string>;
  query?: Record<string, string>;
  basic?: { username: string; password: string };
  body?: Record<string, string>;
  path_prefix?: string;
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

/** The OAuth 2.0 flow of a way (RFC 6749, 7636, 7009); `manifest.schema.json` explains each key. */
export interface OAuth2 {
  grant: 'authorization_code' | 'client_credentials';
  authorization_url?: string;
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
  account?: { request: RequestTemplate; name: string; id?: string };
  /** Errors of the token endpoint, besides `invalid_grant`, that mean that the refresh token is gone. */
  dead_errors: string[];
  /** How to register a client at the provider. */
  client_setup?: { link?: string; steps: string[] };
}

/** How a token is withdrawn: RFC 7009 (`form`), or the provider's own way. */
export interface OAuthRevocation {
  url: string;
  method: 'POST' | 'DELETE';
  format: 'form' | 'json';
  /** `basic` and `post`: as the client; `bearer`: with the token itself. */
  authentication: 'basic' | 'post' | 'bearer' | 'none';
  /** Name → template over `{token}`, `{client.id}` and `{client.secret}`. */
  parameters: Record<string, string>;
  /** Which token is given. */
  token: 'access_token' | 'refresh_token';
}

export interface AuthWay {
  id: string;
  credential_type: CredentialType;
  title: string;
  description: string;
  link?: string;
  steps: string[];
  schema: FieldSet;
  placement: Placement;
  requires_config: string[];
  failures: FailureRule[];
  oauth2?: OAuth2;
  /** Several: the first that no value is missing for. */
  base_url?: string | string[];
  test?: Step[];
  health?: Step[];
}

export type ResetFormat =
  | 'auto'
  | 'epoch_seconds'
  | 'epoch_milliseconds'
  | 'delta_seconds'
  | 'delta_milliseconds'
  | 'duration'
  | 'iso8601'
  | 'http_date';

export interface RateLimit {
  headers: { limit?: string; remaining?: string; reset?: string; retry_after?: string };
  reset_format: ResetFormat;
  throttled: Condition[];
}

/** What code (not a manifest) does to test a type, in words, for the reference and the forms. */
interface CodeTest {
  does: string;
  shows: string[];
}

/** A list that the account holds: repositories, projects, sites. */
export interface SyncResource {
  id: string;
  title: string;
  /** After consent, and later, a person chooses among them. */
  choose: boolean;
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

export interface Manifest {
  id: string;
  name: string;
  description: string;
  category: string;
  documentation_url: string;
  tags: string[];
  /** `manifest`, or the name of the code in `apps/api/src/integrations/providers`. */
  provider: string;
  is_active: boolean;
  failure_message: string;
  config: Config;
  auth: AuthWay[];
  /** Several: the first that no value is missing for. */
  base_url?: string | string[];
  headers: Record<string, string>;
  test: Step[];
  health: Step[];
  code_test?: CodeTest;
  failures: FailureRule[];
  rate_limit: RateLimit;
  token_dead: Condition[];
  webhooks?: Record<string, unknown>;
  sync?: Sync;
  /** SHA-256 (hex) of the manifest with its defaults; changes when, and only when, its meaning does. */
  hash: string;
}

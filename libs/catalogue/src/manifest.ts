/**
 * The manifest language as the program sees it, after the loader has checked a file against
 * `manifest.schema.json` and filled in its defaults. The schema describes each key for authors.
 */

import type { OAuth2, RequestTemplate, Sync } from './manifest-account.js';

export type { OAuth2, OAuthScope, RequestBody, RequestTemplate, SyncResource } from './manifest-account.js';

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
  /** Ids of the ways to authenticate that these fields are for; without it all. */
  only_for?: string[];
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

export interface AuthWay {
  id: string;
  credential_type: CredentialType;
  /** A credential of this way is made by a flow of its own: nobody enters it. */
  flow?: 'github_app';
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

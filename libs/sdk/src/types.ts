/** The state of an integration. All but `disabled` and `needs_reauth` serve programs. */
export type IntegrationStatus = 'pending' | 'active' | 'error' | 'disabled' | 'needs_reauth';

/** The state of an integration's token, where it has one that ends. */
export type TokenStatus = 'none' | 'valid' | 'expiring' | 'expired' | 'revoked' | 'unauthorized';

/** The kinds of credentials Latchkey keeps; a newer server may know more. */
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
  | 'mtls'
  | (string & {});

/** What every call takes. */
export interface CallOptions {
  /** Ends the call at any moment: while it is sent, while its answer comes, and between two attempts. */
  signal?: AbortSignal | null;
  /**
   * Milliseconds for one attempt, up to the first byte of the answer (for all but `fetch`: up to its last); 0 for no
   * limit. Of a body that is a stream each piece begins the time anew. Default: that of the client.
   */
  timeoutMs?: number;
  /** How often the call is made again after a passing failure, at most. Default: that of the client. */
  retries?: number;
}

/** The `init` of a call through the proxy: that of `fetch`, and what every call takes. */
export interface ProxyInit extends Omit<RequestInit, 'body' | 'redirect' | 'signal'>, CallOptions {
  /** What `fetch` takes, or anything that yields bytes or text piece by piece, such as a Node stream. */
  body?: RequestInit['body'] | AsyncIterable<Uint8Array | string>;
  /**
   * `follow` (the default): a GET or HEAD is led on to where the service says, as long as that is within the same
   * integration; any other redirect is answered as it came. `manual`: every redirect is answered as it came.
   */
  redirect?: 'follow' | 'manual';
  /** Set for you when the body is a stream. */
  duplex?: 'half';
}

/** Something of the account that somebody selected: a project, a team, a site. */
export interface SelectedResource {
  /** Plural, for instance `projects`. */
  kind: string;
  /** As the service calls it. */
  id: string;
  name: string;
}

/** A credential in the clear. Do not store it and do not log it: ask again instead. */
export interface Credential {
  integrationId: string;
  /** The service, for instance `github`. */
  integrationTypeId: string;
  credentialType: CredentialType;
  /** Which of the service's ways to authenticate, for instance `access_token`. */
  authMode: string;
  status: IntegrationStatus;
  /** By name of the field; of a credential that is exchanged for a short-lived token, that token. */
  values: Record<string, string | number | boolean>;
  /** Ask again after this time; `null` when the credential does not end by itself. */
  expiresAt: Date | null;
  /** What of the account the integration is for; empty for all of it. */
  selectedResources: SelectedResource[];
}

/** A connected service. It never holds a secret. */
export interface Integration {
  id: string;
  /** The service, for instance `github`. */
  integrationTypeId: string;
  name: string;
  description: string | null;
  category: string;
  /** The settings that are no secret. */
  config: Record<string, unknown>;
  status: IntegrationStatus;
  /** The kind of the last failure, for instance `auth`. */
  errorCode: string | null;
  errorMessage: string | null;
  /** What a person can do about the failure. */
  hint: string | null;
  authMode: string;
  credentialType: CredentialType | null;
  tokenStatus: TokenStatus;
  tokenExpiresAt: Date | null;
  responseTimeMs: number | null;
  lastSyncAt: Date | null;
  lastCheckedAt: Date | null;
  nextCheckAt: Date | null;
  statusChangedAt: Date;
  consecutiveFailures: number;
  /** What of the account it is for; empty for all of it. */
  selectedResources: SelectedResource[];
  teamIds: string[];
  createdBy: { id: string; fullName: string } | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The order of a list; `-` is descending. */
export type IntegrationSort =
  'name' | '-name' | 'created_at' | '-created_at' | 'last_checked_at' | '-last_checked_at';

/** Which integrations are listed: those that match all that is given. */
export interface IntegrationFilters {
  status?: IntegrationStatus;
  /** The service, for instance `github`. */
  type?: string;
  category?: string;
  /** A team's id. */
  team?: string;
  /** Beginnings of words of the name, the description and the type. */
  q?: string;
  /** Default `created_at`: what is added while you iterate comes last, and moves no page. */
  sort?: IntegrationSort;
  /** How many are asked for at once, 1 to 100. Default 100. */
  perPage?: number;
}

import { type FailureKind, judgeProxyAnswer } from '@latchkey/catalogue';
import type { EgressResponse } from '../../egress/egress.client.js';
import { EgressError } from '../../egress/egress.error.js';
import { CredentialUnusableError, withoutStop } from '../credential-unusable.error.js';
import { retryAfterOf } from '../derivations/token-answer.js';
import type { OAuthParty } from './token-grant.js';

/**
 * - `dead`: the consent is gone; only a person's new consent helps
 * - `client_refused`: the client's ID or secret; a new consent does not help
 * - `refused`: another error of the token endpoint
 * - `unavailable`: no answer, or one that says nothing about the credential; trying later may help
 * - `malformed`: a success without a usable token
 */
export type TokenOutcome = 'dead' | 'client_refused' | 'refused' | 'unavailable' | 'malformed';

/** What was asked for. */
export type TokenPurpose = 'exchange' | 'refresh' | 'revocation';

interface Details {
  hint?: string;
  /** The error code of RFC 6749 or of the provider. */
  code?: string;
  uncertain?: boolean;
  statusCode?: number;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** Why a request to an authorization server brought nothing. */
export class TokenRequestError extends CredentialUnusableError {
  readonly code: string | undefined;
  /** The provider may have carried the request out although nobody here knows the answer. */
  readonly uncertain: boolean;

  constructor(
    readonly outcome: TokenOutcome,
    kind: FailureKind,
    reason: string,
    { code, uncertain = false, ...circumstances }: Details = {},
  ) {
    super(kind, reason, {
      ...circumstances,
      credentialRefused: outcome === 'dead' || outcome === 'client_refused',
      needsConsent: outcome === 'dead',
    });
    this.code = code;
    this.uncertain = uncertain;
  }
}

type Known = Pick<Details, 'hint'> & { outcome: TokenOutcome; kind: FailureKind; says: string };

const START_AGAIN = 'Codes are good once and for a few minutes. Start the authorisation again.';
const CHECK_REDIRECT =
  'Register the callback address that Latchkey shows, to the letter, then start the authorisation again.';
const BUSY: Known = {
  outcome: 'unavailable',
  kind: 'bad_response',
  says: 'is not able to answer now',
  hint: 'Try again in a few minutes.',
};
const THROTTLED: Known = { outcome: 'unavailable', kind: 'rate_limited', says: 'is limiting our calls' };
const OLD_CODE: Known = {
  outcome: 'refused',
  kind: 'auth',
  says: 'did not accept the authorization code',
  hint: START_AGAIN,
};
const OTHER_REDIRECT: Known = {
  outcome: 'refused',
  kind: 'config',
  says: 'does not know the callback address',
  hint: CHECK_REDIRECT,
};
const NO_CLIENT: Known = {
  outcome: 'client_refused',
  kind: 'auth',
  says: 'refused the client ID or the client secret',
};

/** RFC 6749, section 5.2, RFC 8707 and what providers add to them; the manifest adds more. */
const ERRORS: Readonly<Record<string, Known>> = {
  invalid_client: NO_CLIENT,
  unauthorized_client: {
    outcome: 'client_refused',
    kind: 'permission',
    says: 'does not let the client do this',
    hint: 'Allow the client the authorization code grant, and refreshing, where it is registered.',
  },
  invalid_scope: {
    outcome: 'refused',
    kind: 'permission',
    says: 'refused a scope',
    hint: 'Authorise again with scopes that the client is allowed where it is registered.',
  },
  access_denied: {
    outcome: 'refused',
    kind: 'permission',
    says: 'denied the access',
    hint: 'Authorise again and allow it; an administrator may have to approve the client.',
  },
  invalid_target: {
    outcome: 'refused',
    kind: 'config',
    says: 'refused the audience',
    hint: 'Check the further parameters in the settings.',
  },
  unsupported_grant_type: {
    outcome: 'refused',
    kind: 'config',
    says: 'does not know this grant',
    hint: 'Check the token URL: it has to be the token endpoint itself.',
  },
  invalid_request: {
    outcome: 'refused',
    kind: 'config',
    says: 'found the request incomplete',
    hint: 'Check the settings of the client: its way to authenticate, PKCE and the callback address.',
  },
  redirect_uri_mismatch: OTHER_REDIRECT,
  bad_redirect_uri: OTHER_REDIRECT,
  bad_verification_code: OLD_CODE,
  invalid_code: OLD_CODE,
  code_expired: OLD_CODE,
  code_already_used: OLD_CODE,
  temporarily_unavailable: BUSY,
  server_error: BUSY,
  internal_error: BUSY,
  internal_server_error: BUSY,
  fatal_error: BUSY,
  service_unavailable: BUSY,
  request_timeout: BUSY,
  slow_down: THROTTLED,
  ratelimited: THROTTLED,
  rate_limited: THROTTLED,
  rate_limit_exceeded: THROTTLED,
};

const CODE = /^[a-z_.]{1,60}$/;

function knownError({ way }: OAuthParty, purpose: TokenPurpose, code: string): Known | undefined {
  const { dead_errors: dead = [], client_errors: client = [] } = way.oauth2 ?? {};
  if (client.includes(code)) return NO_CLIENT;
  if (code === 'invalid_grant' || dead.includes(code)) {
    if (purpose === 'exchange') return OLD_CODE;
    return {
      outcome: 'dead',
      kind: 'auth',
      says: 'no longer accepts the authorisation',
      hint: 'It was withdrawn, or it has expired. Authorise the integration again.',
    };
  }
  return Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined;
}

function clientHint({ client, way }: OAuthParty, purpose: TokenPurpose): string {
  if (client.of === 'installation')
    return 'Whoever runs Latchkey has to correct the OAuth client in its settings; nobody has to authorise again.';
  if (purpose !== 'exchange')
    return 'Enter the new secret of the OAuth client in the credentials of the integration; nobody has to authorise again.';
  return way.oauth2?.from_config.client_authentication === undefined
    ? 'Check client ID and client secret in the credentials of the integration, then authorise again.'
    : 'Check client ID and client secret, and in the settings how the client authenticates, then authorise again.';
}

function byStatus(status: number): Known {
  if (status === 401) return NO_CLIENT;
  if (status === 404 || status === 410) {
    return {
      outcome: 'refused',
      kind: 'not_found',
      says: 'has no token endpoint at that address',
      hint: 'Check the token URL.',
    };
  }
  if (status === 408 || status === 425 || status >= 500) return BUSY;
  if (status >= 300 && status < 400) {
    return {
      outcome: 'unavailable',
      kind: 'bad_response',
      says: 'redirects elsewhere',
      hint: 'Check the token URL: it has to be the token endpoint itself.',
    };
  }
  return { outcome: 'refused', kind: 'bad_response', says: 'refused with an error it does not explain' };
}

/** A gateway that gave up may have passed the request on. */
const mayHaveHappened = (status: number): boolean => status >= 500 && status !== 501 && status !== 503;

/**
 * What an error answer means.
 * @param error what stands where the provider names its error
 */
export function refusalOf(
  party: OAuthParty,
  purpose: TokenPurpose,
  response: EgressResponse,
  error: unknown,
  now: number,
): TokenRequestError {
  const { status } = response;
  const { name } = party.manifest;
  const code = typeof error === 'string' && CODE.test(error) ? error : undefined;
  const throttled = judgeProxyAnswer(party.manifest, response, now).throttledSeconds !== undefined;
  const known = throttled
    ? THROTTLED
    : ((code === undefined ? undefined : knownError(party, purpose, code)) ?? byStatus(status));
  const unexplained = known.says.endsWith('explain') && code !== undefined;
  return new TokenRequestError(
    known.outcome,
    known.kind,
    `${name} ${unexplained ? `refused with the error ${code}` : known.says}`,
    {
      hint: known === NO_CLIENT ? clientHint(party, purpose) : known.hint,
      code,
      uncertain: known.outcome === 'unavailable' && mayHaveHappened(status),
      statusCode: status,
      retryAfterSeconds: known.outcome === 'unavailable' ? retryAfterOf(response, now) : undefined,
    },
  );
}

/** A success that cannot be used. The provider has done something, so what it was is unknown. */
export function malformed({ manifest }: OAuthParty, says: string, statusCode?: number): TokenRequestError {
  return new TokenRequestError('malformed', 'bad_response', `${manifest.name} ${says}`, {
    hint: 'Nothing was changed here. If it happens again, ask who runs the service.',
    uncertain: true,
    statusCode,
  });
}

/** Errors of connecting: nothing was sent. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codesOf(error: unknown, depth = 0): unknown[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const more = Array.isArray(errors) ? (errors as unknown[]) : [];
  return [code, ...[cause, ...more].flatMap((each) => codesOf(each, depth + 1))];
}

function wasSent(error: EgressError): boolean {
  if (['dns', 'blocked', 'config', 'tls'].includes(error.kind)) return false;
  return !codesOf(error).some((code) => UNSENT.has(String(code)));
}

/** What a call out failed with, in these terms; anything else is a fault of ours and stays what it is. */
export function unanswered(error: unknown): unknown {
  if (!(error instanceof EgressError)) return error;
  return new TokenRequestError('unavailable', error.kind, withoutStop(error.reason), {
    hint: error.hint,
    uncertain: wasSent(error),
    cause: error,
  });
}

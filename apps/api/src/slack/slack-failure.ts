import type { FailureKind } from '@latchkey/catalogue';
import { AppError } from '../common/app-error.js';
import { EgressError } from '../egress/egress.error.js';
import { explainUnusable } from '../integrations/tokens/unusable-credential.js';

/** Signs that the token is gone: https://docs.slack.dev/reference/methods/auth.test#errors */
const TOKEN_DEAD = new Set([
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'token_expired',
  'token_revoked',
]);
const FORBIDDEN = new Set([
  'access_denied',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'org_login_required',
  'team_access_not_granted',
  'two_factor_setup_required',
]);
const SLACKS_OWN = new Set(['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable']);
/** What is not from Slack: something before it answered, and may not the next time. */
export const UNREADABLE = 'unreadable_answer';
const SCOPE = /^[a-z_]{1,40}(:[a-z_.]{1,40})*$/;

interface Answer {
  /** Scopes that the method takes, as Slack lists them with `missing_scope`. */
  needed?: string[];
  /** Scopes that the token has; undefined when Slack does not say. */
  provided?: string[];
  retryAfterSeconds?: number;
}

/** Scopes as Slack writes them in an answer, without what is none. */
export const scopesIn = (list: unknown): string[] | undefined =>
  typeof list === 'string'
    ? list
        .split(',')
        .map((each) => each.trim())
        .filter((each) => SCOPE.test(each))
    : undefined;

/** Slack refused a call. It holds Slack's error code and none of its texts. */
export class SlackFailure extends Error {
  override readonly name = 'SlackFailure';
  readonly needed: string[];
  readonly provided: string[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  /** @param code Slack's, or `ratelimited` or `http_<status>` where it gave none */
  constructor(
    readonly code: string,
    { needed = [], provided, retryAfterSeconds }: Answer = {},
  ) {
    super(`Slack answered ${code}`);
    this.needed = needed;
    this.provided = provided;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get tokenDead(): boolean {
    return TOKEN_DEAD.has(this.code);
  }

  /** True when the same call may go better later, with nothing changed. */
  get transient(): boolean {
    return (
      this.code === 'ratelimited' ||
      this.code === UNREADABLE ||
      this.code.startsWith('http_') ||
      SLACKS_OWN.has(this.code)
    );
  }
}

function connectionFailed(kind: FailureKind, reason: string, hint: string, cause: Error): AppError {
  return new AppError('CONNECTION_FAILED', `${reason}. ${hint}`, { details: { kind, reason, hint }, cause });
}

function ofToken(name: string, oauth: boolean, cause: SlackFailure): AppError {
  if (!oauth)
    return connectionFailed(
      'auth',
      `Slack does not accept the bot token of “${name}” any more`,
      'Install the app in the workspace again and enter the new bot token.',
      cause,
    );
  return new AppError(
    'REAUTHORIZATION_REQUIRED',
    `Slack does not accept the token of “${name}” any more. Authorise it again.`,
    { cause },
  );
}

function ofScope(name: string, { needed }: SlackFailure, oauth: boolean, cause: SlackFailure): AppError {
  const scopes = needed.length > 0 ? needed.join(' or ') : 'that this needs';
  return connectionFailed(
    'permission',
    `“${name}” lacks the scope ${scopes}`,
    oauth
      ? 'Authorise it again and allow that scope.'
      : 'Add it under OAuth & Permissions of the Slack app, reinstall the app, and enter the new bot token.',
    cause,
  );
}

function ofAnswer(failure: SlackFailure, name: string, oauth: boolean): AppError {
  const { code, retryAfterSeconds } = failure;
  if (failure.tokenDead) return ofToken(name, oauth, failure);
  if (code === 'missing_scope') return ofScope(name, failure, oauth, failure);
  if (FORBIDDEN.has(code))
    return connectionFailed(
      'permission',
      `Slack does not let “${name}” do this (${code})`,
      'Ask an owner of the workspace to approve the app.',
      failure,
    );
  if (code === 'ratelimited') {
    const seconds = retryAfterSeconds ?? 1;
    return new AppError(
      'RATE_LIMITED',
      `Slack limits the calls of “${name}”. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
      {
        retryAfter: seconds,
        details: { reason: 'provider_limit', retry_after_seconds: seconds },
        cause: failure,
      },
    );
  }
  if (code === UNREADABLE)
    return new AppError(
      'UPSTREAM_ERROR',
      'What came back is not an answer of Slack. Check what is between Latchkey and slack.com, then try again.',
      { cause: failure },
    );
  const why =
    SLACKS_OWN.has(code) || code.startsWith('http_5') ? 'has a fault of its own' : 'refused the call';
  return new AppError(
    'UPSTREAM_ERROR',
    `Slack ${why} (${code}). See status.slack.com, then try again in a few minutes.`,
    { cause: failure },
  );
}

function ofNetwork({ kind, reason, hint }: EgressError): AppError {
  const code =
    kind === 'timeout' ? 'UPSTREAM_TIMEOUT' : kind === 'blocked' ? 'EGRESS_BLOCKED' : 'UPSTREAM_ERROR';
  return new AppError(code, hint ? `${reason} ${hint}` : reason, { details: { kind, reason } });
}

/**
 * Why a call to Slack failed, in the contract's words; what is no failure of such a call stays what it is.
 * @param oauth the integration was connected by a consent, which can be given again.
 */
export function explainSlack(error: unknown, name: string, oauth: boolean): unknown {
  if (error instanceof SlackFailure) return ofAnswer(error, name, oauth);
  if (error instanceof EgressError) return ofNetwork(error);
  return explainUnusable(error, name);
}

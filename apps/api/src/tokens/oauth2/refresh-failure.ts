import { ConfigurationError, type Manifest } from '@latchkey/catalogue';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import { areFinal, hoursOf, isRefusal, type RefreshOutcome, withAnother } from './refusals.js';
import { pausesAfter } from './refresh-pauses.js';
import { TokenRequestError } from './token-errors.js';
import type { Refusals, TokenFailure } from './token-standing.js';

/** How a refresh failed. */
export interface FailedRefresh {
  outcome: RefreshOutcome;
  failure: TokenFailure;
  /** The provider may have carried it out, and a rotated token may be lost. */
  uncertain: boolean;
  /** When the schedule tries again; null: never. */
  refreshAt: Date | null;
  refusals?: Refusals;
}

export interface FailureCircumstances {
  manifest: Manifest;
  /** Milliseconds since the epoch. */
  now: number;
  /** In a row, this one included. */
  failures: number;
  /** An earlier refresh never came to its end, so its answer may have been lost. */
  interrupted: boolean;
  /** Those before this one. */
  refusals: Refusals | undefined;
  /** The access token has come to its end. */
  ended: boolean;
  /** It is refreshed since the service refused it. */
  tokenRefused: boolean;
  /** The integration counts as broken. */
  isBroken: boolean;
  /** From 0 to 1. */
  random: number;
}

const AUTHORISE_AGAIN =
  'Open the integration in Latchkey and press “Authorise again”; its settings are kept.';

/** Why a credential needs a new consent when the provider no longer knows its refresh token. */
function lossOf({ name }: Manifest, interrupted: boolean): { reason: string; hint: string } {
  if (interrupted) {
    return {
      reason: `An earlier refresh was interrupted, or ${name}’s answer to it could not be used, and ${name} does not accept the refresh token a second time`,
      hint: AUTHORISE_AGAIN,
    };
  }
  return {
    reason: `${name} no longer accepts the refresh token: the access was withdrawn, or has expired`,
    hint: AUTHORISE_AGAIN,
  };
}

/**
 * Not every provider has a word for a dead refresh token, or one that is known here: then only its perseverance tells.
 * Where the access token has not ended, a refusal of it may have been brought about by whoever made the call: it counts
 * together with what checks find.
 */
function outcomeOf(
  error: CredentialUnusableError,
  refusals: Refusals | undefined,
  { now, ended, isBroken }: FailureCircumstances,
): RefreshOutcome {
  if (!(error instanceof TokenRequestError)) return 'unavailable';
  if (!refusals || !isRefusal(error) || !areFinal(refusals, now)) return error.outcome;
  return ended || (refusals.token_refused && isBroken) ? 'given_up' : error.outcome;
}

/** What people are told. */
function wordsOf(
  outcome: RefreshOutcome,
  { reason, hint }: CredentialUnusableError,
  refusals: Refusals | undefined,
  { manifest, interrupted, now }: FailureCircumstances,
): { reason: string; hint: string } {
  if (outcome === 'dead') return lossOf(manifest, interrupted);
  if (outcome !== 'given_up' || !refusals) return { reason, hint };
  return {
    reason: `${reason}, again and again for ${hoursOf(refusals, now)} hours, and the access token is of no use any more`,
    hint: AUTHORISE_AGAIN,
  };
}

/** What stood in the way, when it was no error of a token endpoint. */
function known(error: unknown): CredentialUnusableError | undefined {
  if (error instanceof CredentialUnusableError) return error;
  if (error instanceof ConfigurationError)
    return new CredentialUnusableError('config', error.message, { hint: error.hint, cause: error });
  const translated = CredentialUnusableError.from(error);
  return translated instanceof CredentialUnusableError ? translated : undefined;
}

/** undefined: the fault is ours, and nothing is known of the provider. */
function failedRefresh(error: unknown, circumstances: FailureCircumstances): FailedRefresh | undefined {
  const found = known(error);
  if (!found) return undefined;
  const { now, failures, random } = circumstances;
  const refusals = isRefusal(found)
    ? withAnother(circumstances.refusals, circumstances)
    : circumstances.refusals;
  const outcome = outcomeOf(found, refusals, circumstances);
  const code = found instanceof TokenRequestError ? found.code : undefined;
  const lost = outcome === 'dead' || outcome === 'given_up';
  const pauses = pausesAfter(outcome, failures, found.retryAfterSeconds, random);
  return {
    outcome,
    failure: {
      kind: lost ? 'auth' : found.kind,
      ...wordsOf(outcome, found, refusals, circumstances),
      ...(code !== undefined && { code }),
      at: new Date(now).toISOString(),
      retry_at: lost ? null : new Date(now + pauses.callers).toISOString(),
      needs_consent: lost,
    },
    uncertain: found instanceof TokenRequestError && found.uncertain,
    refreshAt: lost ? null : new Date(now + pauses.schedule),
    ...(refusals && { refusals }),
  };
}

export interface JudgedRefresh extends FailedRefresh {
  /** What was thrown, where the fault is ours. */
  ours?: unknown;
}

/** How it failed; a fault of ours counts like a service that does not answer, so that it is not repeated without a pause. */
export function judgeFailure(error: unknown, circumstances: FailureCircumstances): JudgedRefresh {
  const failed = failedRefresh(error, circumstances);
  if (failed) return failed;
  const fault = new CredentialUnusableError('bad_response', 'The refresh failed within Latchkey', {
    hint: 'Tell whoever runs Latchkey; the log of the server says more.',
  });
  return { ...failedRefresh(fault, circumstances)!, uncertain: true, ours: error };
}

/** The failure that is stored, as whoever needs the token now gets it. */
export function storedFailure(
  { kind, reason, hint, retry_at: retryAt, needs_consent: needsConsent }: TokenFailure,
  now: number,
): CredentialUnusableError {
  const left = retryAt === null ? undefined : Math.ceil((Date.parse(retryAt) - now) / 1000);
  return new CredentialUnusableError(kind, reason, {
    hint,
    needsConsent,
    credentialRefused: needsConsent,
    ...(left !== undefined && left > 0 && { retryAfterSeconds: left }),
  });
}

/** Nobody has consented yet, so there is no token. */
export const unauthorised = ({ name }: Pick<Manifest, 'name'>): CredentialUnusableError =>
  new CredentialUnusableError('auth', `The connection to ${name} has not been authorised yet`, {
    hint: `Open the integration in Latchkey and press Connect with ${name}.`,
    needsConsent: true,
    credentialRefused: true,
  });

/** The service has said so. */
export const withdrawnAt = ({ name }: Manifest, now: number): TokenFailure => ({
  kind: 'auth',
  reason: `The access was withdrawn at ${name}`,
  hint: AUTHORISE_AGAIN,
  at: new Date(now).toISOString(),
  retry_at: null,
  needs_consent: true,
});

/** The access token has ended, and there is nothing to bring another with. */
export const endOf = ({ name }: Manifest, now: number): TokenFailure => ({
  kind: 'auth',
  reason: `The access token has ended, and ${name} gave no refresh token to renew it with`,
  hint: AUTHORISE_AGAIN,
  at: new Date(now).toISOString(),
  retry_at: null,
  needs_consent: true,
});

import { ConfigurationError, type Manifest } from '@latchkey/catalogue';
import { AppError } from '../common/app-error.js';
import { EgressError } from '../egress/egress.error.js';
import { CredentialUnusableError } from '../tokens/credential-unusable.error.js';
import { TokenRequestError } from '../tokens/oauth2/token-errors.js';

/** What may be named of a provider's error: a code, never a text. */
const NAMEABLE = /^[a-z_.]{1,60}$/;
const AGAIN = 'Nothing was changed.';

/** How providers say that the person said no (RFC 6749, 4.1.2.1, and their own words for it). */
const DENIALS = new Set([
  'access_denied',
  'authorization_declined',
  'consent_denied',
  'denied',
  'user_cancelled',
  'user_cancelled_authorize',
  'user_cancelled_login',
  'user_canceled',
  'user_denied',
]);

const BUSY = 'could not carry out the authorisation at the moment. Try again in a few minutes.';
const CALLBACK = 'does not have our callback URL registered for this client. Enter it there to the letter: ';

/** By the code of the provider: what it means and what to do. */
const WORDS: Record<string, (callbackUrl: string) => string> = {
  server_error: () => BUSY,
  temporarily_unavailable: () => BUSY,
  invalid_scope: () =>
    'does not know one of the scopes, or does not allow it to this client. Choose other scopes, or allow them in the client’s settings there.',
  unauthorized_client: () =>
    'does not let this client ask for an authorisation. Check the client’s settings there, and the client ID here.',
  invalid_client: () =>
    'does not know this client. Check the client ID, and that the client still exists there.',
  invalid_request: () =>
    'did not understand the request. Check the addresses and the client in the settings of the integration.',
  unsupported_response_type: () =>
    'does not offer authorisation by code to this client. Allow the authorization code grant in the client’s settings there.',
  redirect_uri_mismatch: (callbackUrl) => `${CALLBACK}${callbackUrl}`,
  invalid_redirect_uri: (callbackUrl) => `${CALLBACK}${callbackUrl}`,
  bad_redirect_uri: (callbackUrl) => `${CALLBACK}${callbackUrl}`,
  application_suspended: () => 'has suspended the client. Whoever registered it there has to settle that.',
  login_required: () => 'wants you to sign in there first. Do so, then start again.',
  interaction_required: () =>
    'has something to ask you. Open it in another tab, settle that, then start again.',
  consent_required: () => 'has something to ask you. Open it in another tab, settle that, then start again.',
};

export interface Provider {
  manifest: Manifest;
  callbackUrl: string;
}

/** The provider sent the browser back with an error. */
export function authorizationRefused(error: string, { manifest, callbackUrl }: Provider): AppError {
  const code = NAMEABLE.test(error) ? error : undefined;
  const details = code === undefined ? undefined : { provider_error: code };
  if (DENIALS.has(error))
    return new AppError(
      'OAUTH_DENIED',
      `${manifest.name} says that access was not allowed. ${AGAIN} Start again, and allow it there to connect.`,
      { details },
    );
  const words = code === undefined || !Object.hasOwn(WORDS, code) ? undefined : WORDS[code]?.(callbackUrl);
  const named = code === undefined ? '' : ` (${code})`;
  return new AppError(
    'OAUTH_PROVIDER_ERROR',
    words === undefined
      ? `${manifest.name} ended the authorisation with an error${named}. ${AGAIN} Try again; if it stays, check the client’s settings there.`
      : `${manifest.name} ${words}`,
    { details },
  );
}

/** It came back with nothing that can be exchanged. */
export const unreadableAnswer = ({ manifest }: Pick<Provider, 'manifest'>): AppError =>
  new AppError(
    'OAUTH_PROVIDER_ERROR',
    `${manifest.name} sent an answer that is none: neither one code nor one error. ${AGAIN} Start again.`,
  );

/** What the exchange of the code failed with, in terms of the contract; a fault of ours stays what it is. */
export function exchangeFailed(error: unknown, { manifest }: Pick<Provider, 'manifest'>): unknown {
  const isKnown =
    error instanceof CredentialUnusableError ||
    error instanceof EgressError ||
    error instanceof ConfigurationError;
  if (!isKnown) return error;
  const reason = error instanceof ConfigurationError ? error.message : error.reason;
  const code = error instanceof TokenRequestError ? error.code : undefined;
  return new AppError(
    'OAUTH_EXCHANGE_FAILED',
    `You allowed it, but ${manifest.name} gave no token: ${reason}. ${error.hint ?? ''}`.trim(),
    {
      cause: error,
      details: {
        kind: error instanceof ConfigurationError ? 'config' : error.kind,
        reason,
        hint: error.hint,
        ...(code !== undefined && NAMEABLE.test(code) ? { provider_error: code } : {}),
      },
    },
  );
}

/** The person allowed less than what was asked for. */
export const scopesMissing = ({ manifest }: Pick<Provider, 'manifest'>, missing: string[]): AppError =>
  new AppError(
    'OAUTH_SCOPE_MISSING',
    `${manifest.name} granted less than was asked for: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Nothing was kept. Start again and allow all of it, or choose fewer scopes.`,
    { details: { missing_scopes: missing } },
  );

export const changedMeanwhile = (): AppError =>
  new AppError(
    'CONFLICT',
    'The settings or the client of this integration were changed while you were away. Start the authorisation again.',
  );

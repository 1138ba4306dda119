import type { FailureKind } from '@latchkey/catalogue';
import type { EgressResponse } from '../../egress/egress.client.js';
import type { CredentialSource } from '../credential-source.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import type { CredentialFields } from '../credentials.service.js';
import { basicCredentials } from '../oauth2/client-authentication.js';
import { type Derivation, type DerivationTools, type Derived, fetchedMargin, post } from './derivation.js';
import {
  jsonOf,
  lifetimeOf,
  notJson,
  refuseUnusableStatus,
  type TokenAnswer,
  tokenOf,
} from './token-answer.js';

const ISSUER = 'The token endpoint';
const CHECK_URL = 'Check the token URL: it has to be the token endpoint itself.';
/** RFC 6749, section 5.1 only recommends expires_in; what is not said is not trusted for long. */
const ASSUMED_LIFETIME_S = 300;

/** RFC 6749, section 5.2, and RFC 8707; what a person is told. */
const ERRORS: Record<
  string,
  { kind: FailureKind; reason: string; hint?: string; credentialRefused?: boolean }
> = {
  invalid_client: {
    kind: 'auth',
    reason: 'The client ID or the client secret was refused',
    hint: 'Check both, and whether the service wants them in the body (client authentication: post).',
    credentialRefused: true,
  },
  unauthorized_client: {
    kind: 'permission',
    reason: 'The client may not use the client credentials grant',
    hint: 'Allow the client this grant (machine to machine) where it is registered.',
    credentialRefused: true,
  },
  access_denied: {
    kind: 'permission',
    reason: 'The client may not have a token for this',
    hint: 'Check which scopes and which audience the client is allowed, where it is registered.',
  },
  invalid_scope: {
    kind: 'config',
    reason: 'The scope was refused',
    hint: 'Ask only for scopes that the client is allowed, with a space between them.',
  },
  invalid_target: {
    kind: 'config',
    reason: 'The audience was refused',
    hint: 'Check how the service writes the audience of this API.',
  },
  unsupported_grant_type: {
    kind: 'config',
    reason: 'The token endpoint does not know the client credentials grant',
    hint: CHECK_URL,
  },
  invalid_grant: {
    kind: 'auth',
    reason: 'The client was refused',
    hint: 'Check client ID and secret, and that the client is not disabled.',
    credentialRefused: true,
  },
  invalid_request: {
    kind: 'config',
    reason: 'The token endpoint found the request incomplete',
    hint: 'The service may need a scope or an audience, or ID and secret in the body (client authentication: post).',
  },
  temporarily_unavailable: { kind: 'bad_response', reason: 'The token endpoint is temporarily unavailable' },
};

function requestOf(fields: CredentialFields) {
  const { client_id: id, client_secret: secret, scope, audience, client_authentication: how } = fields;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', String(scope));
  if (audience !== undefined) form.set('audience', String(audience));
  if (how === 'post') {
    form.set('client_id', String(id));
    form.set('client_secret', String(secret));
  }
  return {
    url: String(fields.token_url),
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(how === 'post' ? {} : { Authorization: basicCredentials(String(id), String(secret)) }),
    },
    body: form.toString(),
  };
}

/** Some services tell of errors with status 200. */
function refuseError({ status }: EgressResponse, answer: TokenAnswer | undefined): void {
  const code = answer?.error;
  const known = typeof code === 'string' && Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined;
  const found =
    known ??
    (status === 401 ? ERRORS.invalid_client : undefined) ??
    (status === 403 ? ERRORS.access_denied : undefined) ??
    (status === 404
      ? { kind: 'not_found' as const, reason: 'There is no token endpoint at that address', hint: CHECK_URL }
      : undefined) ??
    (code !== undefined || status >= 400
      ? { kind: 'bad_response' as const, reason: `${ISSUER} refused with an error it does not explain` }
      : undefined);
  if (found) {
    const { kind, reason, ...circumstances } = found;
    throw new CredentialUnusableError(kind, reason, { ...circumstances, statusCode: status });
  }
}

async function derive(source: CredentialSource, tools: DerivationTools): Promise<Derived> {
  const started = tools.now();
  const response = await post(source, tools, requestOf(source.fields));
  const { status } = response;
  refuseUnusableStatus(ISSUER, response, started, CHECK_URL);
  const answer = jsonOf(response);
  refuseError(response, answer);
  if (!answer) throw notJson(ISSUER, response, CHECK_URL);
  const token = tokenOf(ISSUER, answer.access_token, status);
  const type = answer.token_type;
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer')) {
    throw new CredentialUnusableError('bad_response', 'The token is not a bearer token', {
      hint: 'Latchkey can only send bearer tokens (RFC 6750): choose that kind where the client is registered.',
      statusCode: status,
    });
  }
  const lifetime = lifetimeOf(ISSUER, answer.expires_in, status) ?? ASSUMED_LIFETIME_S;
  return { fields: { access_token: token }, expiresAt: new Date(started + lifetime * 1000) };
}

/** RFC 6749, section 4.4. */
export const clientCredentials: Derivation = { derive, renewable: true, margin: fetchedMargin };

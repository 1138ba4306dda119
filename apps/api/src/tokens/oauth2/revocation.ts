import { readPath, type RevocationCall, revocationCall } from '@latchkey/catalogue';
import type { EgressClient } from '../../egress/egress.client.js';
import { jsonOf } from '../derivations/token-answer.js';
import { basicCredentials } from './client-authentication.js';
import type { OAuthParty } from './token-grant.js';
import { refusalOf } from './token-errors.js';
import { bodyOf, callServer } from './token-requests.js';

export interface RevocableTokens {
  accessToken: string;
  refreshToken?: string;
}

/** What providers call a token that they do not know (any more); RFC 7009, section 2.2 has no error for it. */
const GONE_ALREADY = new Set([
  'invalid_token',
  'invalid_grant',
  'token_revoked',
  'token_expired',
  'not_authed',
]);

function authenticated(
  { authentication, parameters }: RevocationCall,
  { client }: OAuthParty,
  { accessToken }: RevocableTokens,
): { headers: Record<string, string>; parameters: Record<string, string> } {
  if (authentication === 'bearer') return { headers: { authorization: `Bearer ${accessToken}` }, parameters };
  if (authentication === 'none') return { headers: {}, parameters };
  const secret = authentication === 'public' ? undefined : client.secret;
  if (authentication === 'basic' && secret !== undefined)
    return { headers: { authorization: basicCredentials(client.id, secret) }, parameters };
  const identity = {
    client_id: client.id,
    ...(secret !== undefined && { client_secret: secret }),
  };
  return { headers: {}, parameters: { ...parameters, ...identity } };
}

/** A token that is unknown there is as good as withdrawn. */
function isGone(call: RevocationCall, { way }: OAuthParty, status: number, error: unknown): boolean {
  const code = typeof error === 'string' ? error : '';
  if (GONE_ALREADY.has(code) || way.oauth2?.dead_errors.includes(code)) return true;
  return (call.authentication === 'bearer' && status === 401) || (call.method === 'DELETE' && status === 404);
}

/**
 * Withdraws tokens at their provider.
 * @throws TokenRequestError
 */
export async function revokeTokens(
  egress: EgressClient,
  party: OAuthParty,
  tokens: RevocableTokens,
  now: number,
  signal?: AbortSignal,
): Promise<'revoked' | 'unsupported'> {
  const { manifest, way, config, client } = party;
  const call = revocationCall(manifest, way, config, client, tokens);
  if (!call) return 'unsupported';
  const { headers, parameters } = authenticated(call, party, tokens);
  const { body, type } = bodyOf(call.format, parameters);
  const response = await callServer(egress, party, {
    method: call.method,
    url: call.url,
    headers: { accept: 'application/json', 'content-type': type, ...headers },
    body,
    signal,
  });
  const answer = jsonOf(response);
  const error = answer && readPath(answer, way.oauth2?.response.error ?? '$.error');
  const failed = response.status < 200 || response.status >= 300 || typeof error === 'string';
  if (!failed || isGone(call, party, response.status, error)) return 'revoked';
  throw refusalOf(party, 'revocation', response, error, now);
}

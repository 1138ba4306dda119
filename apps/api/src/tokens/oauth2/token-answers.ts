import { readPath, shownText } from '@latchkey/catalogue';
import type { EgressResponse } from '../../egress/egress.client.js';
import { jsonOf, type TokenAnswer } from '../derivations/token-answer.js';
import type { OAuthParty, TokenGrant } from './token-grant.js';
import { grantedScopes } from './scopes.js';
import { malformed, refusalOf, type TokenPurpose } from './token-errors.js';

/** As a header can carry it; no honest one is longer. */
const ACCESS_TOKEN = /^[\x21-\x7e]{1,16384}$/;
/** RFC 6749, appendix A.17. */
const REFRESH_TOKEN = /^[\x20-\x7e]{1,16384}$/;
/** Tokens that are of no use without a key that only the client has. */
const BOUND_TOKEN = /^(mac|dpop|pop)$/i;
const LONGEST_LIFETIME_S = 10 * 365 * 86_400;
const LONGEST_CAPTURED = 2048;

/** Some providers still answer as a form unless they are asked in their own way. */
function formOf({ body, headers }: EgressResponse): TokenAnswer | undefined {
  const type = String(headers['content-type'] ?? '');
  const text = body.toString('utf8').trim();
  if (!/form-urlencoded|text\/plain/i.test(type) || !/^[\w.]+=[^\s<>]*$/.test(text)) return undefined;
  return Object.fromEntries(new URLSearchParams(text));
}

const absent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** One that cannot be true is none: a token that is there must not be lost with it, nor the refresh token beside it. */
function lifetimeOf({ way }: OAuthParty, value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
  const isTrue = typeof seconds === 'number' && seconds > 0 && seconds <= LONGEST_LIFETIME_S;
  return isTrue ? seconds : way.oauth2?.assumed_lifetime_seconds;
}

function capturedOf({ way }: OAuthParty, answer: TokenAnswer): Record<string, string> {
  const found = Object.entries(way.oauth2?.capture ?? {}).flatMap(([name, path]): [string, string][] => {
    const value = readPath(answer, path);
    return typeof value === 'string' && value !== '' && value.length <= LONGEST_CAPTURED
      ? [[name, value]]
      : [];
  });
  return Object.fromEntries(found);
}

function accountOf({ way }: OAuthParty, answer: TokenAnswer): TokenGrant['account'] {
  const { account, account_id: accountId } = way.oauth2?.response ?? {};
  const id = shownText(answer, accountId);
  const name = shownText(answer, account);
  if (id === undefined && name === undefined) return null;
  return { ...(id !== undefined && { id }), ...(name !== undefined && { name }) };
}

function tokensOf(party: OAuthParty, answer: TokenAnswer, status: number) {
  const { response = {} } = party.way.oauth2 ?? {};
  const accessToken = readPath(answer, response.access_token ?? '$.access_token');
  const refreshToken = readPath(answer, response.refresh_token ?? '$.refresh_token');
  if (absent(accessToken)) throw malformed(party, 'answered without an error and with no token', status);
  if (typeof accessToken !== 'string' || !ACCESS_TOKEN.test(accessToken))
    throw malformed(party, 'answered with a token that cannot be sent', status);
  if (absent(refreshToken)) return { accessToken };
  if (typeof refreshToken !== 'string' || !REFRESH_TOKEN.test(refreshToken))
    throw malformed(party, 'answered with a refresh token that cannot be sent', status);
  return { accessToken, refreshToken };
}

/**
 * Reads what a token endpoint answered, in whatever form its provider gives it.
 * @param sentAt when the request was sent, in milliseconds since the epoch
 * @throws TokenRequestError
 */
export function readGrant(
  party: OAuthParty,
  purpose: TokenPurpose,
  response: EgressResponse,
  sentAt: number,
): TokenGrant {
  const { status } = response;
  const { response: paths = {} } = party.way.oauth2 ?? {};
  const answer = jsonOf(response) ?? formOf(response);
  const error = answer && readPath(answer, paths.error ?? '$.error');
  const hasToken = answer && !absent(readPath(answer, paths.access_token ?? '$.access_token'));
  // Slack and GitHub tell of errors with status 200.
  if (status < 200 || status >= 300 || (!absent(error) && !hasToken))
    throw refusalOf(party, purpose, response, error, sentAt);
  if (!answer) throw malformed(party, whatCame(response), status);
  const tokens = tokensOf(party, answer, status);
  if (BOUND_TOKEN.test(String(answer.token_type ?? '')))
    throw malformed(party, 'gave a token that is not a bearer token', status);
  const lifetimeSeconds = lifetimeOf(party, readPath(answer, paths.expires_in ?? '$.expires_in'));
  return {
    ...tokens,
    ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
    scopes: grantedScopes(readPath(answer, paths.scope ?? '$.scope')),
    account: accountOf(party, answer),
    captured: capturedOf(party, answer),
    receivedAt: sentAt,
  };
}

function whatCame({ body, headers }: EgressResponse): string {
  if (body.length === 0) return 'answered with nothing';
  const start = body.subarray(0, 200).toString('utf8');
  const isPage = /html/i.test(String(headers['content-type'])) || /^\s*<(!doctype html|html)/i.test(start);
  return isPage ? 'answered with a web page in place of a token' : 'answered with something unreadable';
}

/** The same in the form of RFC 6749, section 5.1, for a client library that knows no other. */
export function standardForm({ accessToken, refreshToken }: TokenGrant): string {
  return JSON.stringify({ access_token: accessToken, token_type: 'bearer', refresh_token: refreshToken });
}

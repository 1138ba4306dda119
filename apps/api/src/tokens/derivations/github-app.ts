import { createPrivateKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { EgressResponse } from '../../egress/egress.client.js';
import type { CredentialSource } from '../credential-source.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import type { CredentialFields } from '../credentials.service.js';
import { type Derivation, type DerivationTools, type Derived, fetchedMargin, post } from './derivation.js';
import { clockSkewOf, jsonOf, notJson, refuseUnusableStatus, retryAfterOf, tokenOf } from './token-answer.js';

const ISSUER = 'GitHub';
const CHECK_URL = 'Check the API URL; on GitHub Enterprise Server it ends in /api/v3.';
/** GitHub takes ten minutes at most, by its own clock. */
const LIFETIME_S = 540;
/** GitHub advises to issue a minute back, against clocks that differ. */
const BACKDATED_S = 60;
const SKEW_S = 60;
const LONGEST_TOKEN_MS = 25 * 3_600_000;

function keyOf({ private_key: pem }: CredentialFields): KeyObject {
  try {
    return createPrivateKey(String(pem));
  } catch {
    throw new CredentialUnusableError('config', 'The private key of the App cannot be read', {
      hint: 'Enter the credential again.',
      credentialRefused: true,
    });
  }
}

function appToken(fields: CredentialFields, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    iat: seconds - BACKDATED_S,
    exp: seconds - BACKDATED_S + LIFETIME_S,
    iss: String(fields.app_id),
  };
  return jwt.sign(claims, keyOf(fields), { algorithm: 'RS256' });
}

function refuse(response: EgressResponse, now: number): void {
  const { status, headers } = response;
  const message = String(jsonOf(response)?.message ?? '');
  const fail = (...[kind, reason, more]: ConstructorParameters<typeof CredentialUnusableError>) => {
    throw new CredentialUnusableError(kind, reason, { ...more, statusCode: status });
  };
  if (status === 401 && (Math.abs(clockSkewOf(response, now)) > SKEW_S || /\b(exp|iat)\b/.test(message))) {
    fail('auth', 'GitHub refused the token of the App because of its time', {
      hint: 'The clock of this server is wrong: set it by NTP, then test again.',
    });
  }
  if (status === 401) {
    fail('auth', 'GitHub refused the App ID or the private key', {
      hint: 'Check that the key was generated for this App and has not been deleted in its settings.',
      credentialRefused: true,
    });
  }
  const limited = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
  if (status === 403 && limited)
    fail('rate_limited', 'GitHub is limiting our calls', { retryAfterSeconds: retryAfterOf(response, now) });
  if (status === 403) {
    fail('permission', 'The installation of the App may not be used', {
      hint: 'On GitHub, open the installation: it may be suspended.',
      credentialRefused: true,
    });
  }
  if (status === 404) {
    fail('not_found', 'The App has no such installation', {
      hint: 'Check the installation ID, and that the App is still installed. On GitHub Enterprise Server, check the API URL.',
    });
  }
  if (status !== 201) fail('bad_response', `GitHub answered with the unexpected status ${status}`, {});
}

function expiryOf(value: unknown, now: number, statusCode: number): Date {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (at > now && at - now < LONGEST_TOKEN_MS) return new Date(at);
  throw new CredentialUnusableError('bad_response', 'GitHub gave its token a lifetime that cannot be true', {
    hint: 'Check that the clock of this server is right, then test again.',
    statusCode,
  });
}

async function derive(source: CredentialSource, tools: DerivationTools): Promise<Derived> {
  const { fields, config } = source;
  const started = tools.now();
  const base = String(config.api_base_url ?? 'https://api.github.com').replace(/\/+$/, '');
  const response = await post(source, tools, {
    url: `${base}/app/installations/${encodeURIComponent(String(fields.installation_id))}/access_tokens`,
    headers: {
      Accept: 'application/vnd.github+json',
      Authorization: `Bearer ${appToken(fields, started)}`,
      'User-Agent': 'Latchkey',
      'X-GitHub-Api-Version': '2022-11-28',
    },
  });
  refuseUnusableStatus(ISSUER, response, started, CHECK_URL);
  refuse(response, started);
  const answer = jsonOf(response);
  if (!answer) throw notJson(ISSUER, response, CHECK_URL);
  const token = tokenOf(ISSUER, answer.token, response.status);
  return {
    fields: { access_token: token },
    expiresAt: expiryOf(answer.expires_at, started, response.status),
  };
}

/** https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app */
export const githubApp: Derivation = { derive, renewable: true, margin: fetchedMargin };

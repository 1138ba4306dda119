import { createPrivateKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { EgressResponse } from '../../egress/egress.client.js';
import type { AppKey } from '../app-keys.js';
import type { CredentialSource } from '../credential-source.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';
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

/** The App that asks, and where. */
type App = Omit<AppKey, 'privateKey'> & { key: KeyObject };

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CredentialUnusableError('config', 'The private key of the App cannot be read', {
      hint: 'Enter the credential again.',
      credentialRefused: true,
    });
  }
}

/** The App's own token, with which it asks for those of its installations. Ends ten minutes after `now` at the latest. */
export function appToken(appId: string, key: KeyObject, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    iat: seconds - BACKDATED_S,
    exp: seconds - BACKDATED_S + LIFETIME_S,
    iss: appId,
  };
  return jwt.sign(claims, key, { algorithm: 'RS256' });
}

/** The App that the credential brings, or the one it names. */
async function appOf(
  { organizationId, fields, config }: CredentialSource,
  { appKeys }: DerivationTools,
): Promise<App> {
  if (fields.app === undefined) {
    const apiUrl = String(config.api_base_url ?? 'https://api.github.com').replace(/\/+$/, '');
    return { appId: String(fields.app_id), key: keyOf(String(fields.private_key)), apiUrl };
  }
  const found = await appKeys.find(organizationId, String(fields.app), String(fields.installation_id));
  if (!found) {
    throw new CredentialUnusableError(
      'config',
      'The GitHub App of this integration is no longer known here',
      {
        hint: 'Install a GitHub App again, or give the installation its App back in the environment.',
        credentialRefused: true,
      },
    );
  }
  const { privateKey, ...app } = found;
  return { ...app, key: keyOf(privateKey) };
}

type Explanation = [reason: string, hint: string];

/** How GitHub answers the token of an App that it does not have, whatever is asked for. */
export const isUnknownApp = (message: unknown): boolean =>
  typeof message === 'string' && /^integration not found/i.test(message);
export const UNKNOWN_APP: Explanation = [
  'GitHub does not know the App any more',
  'It was deleted on GitHub, or its ID is another one’s. Make a GitHub App in Latchkey and install it, then delete the integrations of this one.',
];

function goneInstallation({ installation }: App): Explanation {
  if (installation) {
    return [
      `The GitHub App was uninstalled from ${installation.name}`,
      'Install it again in Latchkey; its repositories come back then.',
    ];
  }
  return [
    'The App has no such installation',
    'Check the installation ID, and that the App is still installed. On GitHub Enterprise Server, check the API URL.',
  ];
}

function refusedInstallation({ installation }: App): Explanation {
  if (!installation) {
    return [
      'The installation of the App may not be used',
      'On GitHub, open the installation: it may be suspended.',
    ];
  }
  const { name, suspendedBy, settingsUrl } = installation;
  return [
    `The installation on ${name} is suspended on GitHub${suspendedBy ? ` by ${suspendedBy}` : ''}`,
    `Unsuspend it under ${settingsUrl ?? 'Settings, Applications on GitHub'}`,
  ];
}

/**
 * GitHub refuses what goes over a secondary limit like what is not allowed, and may say so in the message alone:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export const isLimitMessage = (message: unknown): boolean =>
  typeof message === 'string' && /\brate limit\b/i.test(message);

function refuse(app: App, response: EgressResponse, now: number): void {
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
  const limited =
    headers['x-ratelimit-remaining'] === '0' ||
    headers['retry-after'] !== undefined ||
    isLimitMessage(message);
  if (status === 403 && limited)
    fail('rate_limited', 'GitHub is limiting our calls', { retryAfterSeconds: retryAfterOf(response, now) });
  if (status === 403) {
    const [reason, hint] = refusedInstallation(app);
    fail('permission', reason, { hint, credentialRefused: true });
  }
  if (status === 404) {
    const [reason, hint] = isUnknownApp(message) ? UNKNOWN_APP : goneInstallation(app);
    fail('not_found', reason, { hint });
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
  const app = await appOf(source, tools);
  const started = tools.now();
  const response = await post(source, tools, {
    url: `${app.apiUrl}/app/installations/${encodeURIComponent(String(source.fields.installation_id))}/access_tokens`,
    headers: {
      Accept: 'application/vnd.github+json',
      Authorization: `Bearer ${appToken(app.appId, app.key, started)}`,
      'User-Agent': 'Latchkey',
      'X-GitHub-Api-Version': '2022-11-28',
    },
  });
  refuseUnusableStatus(ISSUER, response, started, CHECK_URL);
  refuse(app, response, started);
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

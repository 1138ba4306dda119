import { describe, expect, it } from '@jest/globals';
import { at, HTML, NOW, outcomeOf, response, WEB_PAGE, type Where } from '../test/support.js';
import type { ProviderResponse } from './conditions.js';

const { argocd, identity, github, slack, vercel, team, supabase, netlify, prometheus, grafana, generic } = at;
const epoch = (seconds: number) => String(NOW / 1000 + seconds);

type Failure = {
  kind: string;
  reason?: string | RegExp;
  hint?: RegExp;
  wait?: number;
  refused?: boolean;
  dead?: boolean;
};
const auth = (reason: string, dead = true): Failure => ({ kind: 'auth', reason, refused: true, dead });
const page: Failure = { kind: 'bad_response', reason: /web page/, hint: /web page: check the server URL/ };

const failures: [string, Where, ProviderResponse, Failure][] = [
  ['bad token', argocd, response(401, { error: 'invalid session' }), auth('Invalid authentication token')],
  [
    'bad token behind anonymous access',
    identity,
    response(200, { loggedIn: false }),
    auth('Invalid authentication token'),
  ],
  [
    'no right',
    argocd,
    response(403, { error: 'permission denied' }),
    { kind: 'permission', reason: 'The token may not list applications' },
  ],
  [
    'wrong path',
    argocd,
    response(404, '404 page not found'),
    { kind: 'not_found', hint: /check the server URL/ },
  ],
  ['a web page', argocd, response(200, WEB_PAGE, HTML), page],
  [
    'a web page that says it is JSON',
    argocd,
    response(200, `  ${WEB_PAGE}`, { 'content-type': 'application/json' }),
    page,
  ],
  [
    'another service',
    argocd,
    response(200, { status: 'ok' }),
    { kind: 'bad_response', reason: 'The answer does not look like Argo CD' },
  ],
  ['items of the wrong type', argocd, response(200, { items: 'many' }), { kind: 'bad_response' }],
  ['a list', argocd, response(200, []), { kind: 'bad_response' }],
  ['nothing', argocd, response(200), { kind: 'bad_response', reason: 'The answer was empty' }],
  [
    'broken JSON',
    argocd,
    response(200, '{"items":['),
    { kind: 'bad_response', reason: 'The answer was not JSON' },
  ],
  [
    'a redirect to sign in',
    argocd,
    response(302, '', { Location: 'https://sso.example.com/login?x=1' }),
    { kind: 'bad_response', reason: /sign-in page/ },
  ],
  [
    'a redirect elsewhere',
    argocd,
    response(301, '', { location: 'https://www.example.com/' }),
    { kind: 'bad_response', reason: /redirects elsewhere/ },
  ],
  [
    'down',
    argocd,
    response(503, '', { 'retry-after': '30' }),
    { kind: 'bad_response', reason: /\(status 503\)/, wait: 30 },
  ],
  ['an odd status', argocd, response(418), { kind: 'bad_response', reason: /unexpected status 418/ }],

  ['bad token', github, response(401, { message: 'Bad credentials' }), auth('Invalid access token')],
  [
    'limit used up',
    github,
    response(403, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(60) }),
    { kind: 'rate_limited', wait: 60 },
  ],
  ['secondary limit', github, response(403, {}, { 'retry-after': '90' }), { kind: 'rate_limited', wait: 90 }],
  [
    'secondary limit with a date',
    github,
    response(429, {}, { 'retry-after': new Date(NOW + 5_000).toUTCString() }),
    { kind: 'rate_limited', wait: 5 },
  ],
  ['limit without a time', github, response(429), { kind: 'rate_limited' }],
  [
    'a reset in the past',
    github,
    response(429, {}, { 'x-ratelimit-reset': epoch(-60) }),
    { kind: 'rate_limited', wait: 0 },
  ],
  [
    'not through single sign-on',
    github,
    response(403, {}, { 'x-github-sso': 'required' }),
    { kind: 'permission', hint: /Configure SSO/ },
  ],
  ['no right', github, response(403, {}, { 'x-ratelimit-remaining': '10' }), { kind: 'permission' }],
  [
    'enterprise without /api/v3',
    github,
    response(404, WEB_PAGE, HTML),
    { kind: 'not_found', hint: /\/api\/v3/ },
  ],
  ['a user without a login', github, response(200, {}), { kind: 'bad_response' }],

  ['bad token', slack, response(200, { ok: false, error: 'invalid_auth' }), auth('Invalid bot token')],
  ['no token', slack, response(200, { ok: false, error: 'not_authed' }), auth('Invalid bot token', false)],
  [
    'revoked',
    slack,
    response(200, { ok: false, error: 'token_revoked' }),
    auth('The bot token was revoked or has expired'),
  ],
  [
    'expired',
    slack,
    response(200, { ok: false, error: 'token_expired' }),
    auth('The bot token was revoked or has expired'),
  ],
  [
    'deactivated',
    slack,
    response(200, { ok: false, error: 'account_inactive' }),
    auth('The bot or its workspace was deactivated'),
  ],
  [
    'wrong kind of token',
    slack,
    response(200, { ok: false, error: 'not_allowed_token_type' }),
    auth('This kind of Slack token cannot be used', false),
  ],
  [
    'scope',
    slack,
    response(200, { ok: false, error: 'missing_scope', needed: 'x' }),
    { kind: 'permission', reason: 'The bot lacks a scope' },
  ],
  ['restricted', slack, response(200, { ok: false, error: 'access_denied' }), { kind: 'permission' }],
  [
    'throttled in the body',
    slack,
    response(200, { ok: false, error: 'ratelimited' }, { 'Retry-After': '7' }),
    { kind: 'rate_limited', wait: 7 },
  ],
  ['throttled', slack, response(429, '', { 'Retry-After': '30' }), { kind: 'rate_limited', wait: 30 }],
  [
    'down',
    slack,
    response(200, { ok: false, error: 'internal_error' }),
    { kind: 'bad_response', hint: /status\.slack\.com/ },
  ],
  [
    'an error nobody knows',
    slack,
    response(200, { ok: false, error: 'canary-secret-1' }),
    { kind: 'bad_response', reason: 'Slack refused the call' },
  ],
  [
    'neither ok nor not',
    slack,
    response(200, {}),
    { kind: 'bad_response', reason: 'The answer does not look like Slack' },
  ],

  [
    'bad token',
    vercel,
    response(403, { error: { code: 'forbidden', invalidToken: true } }),
    auth('Invalid access token'),
  ],
  [
    'token of a team',
    vercel,
    response(403, { error: { code: 'forbidden' } }),
    { kind: 'permission', hint: /team's ID/ },
  ],
  [
    'unknown team',
    team,
    response(404, { error: {} }),
    { kind: 'not_found', reason: 'The team was not found' },
  ],
  [
    'bad token for a team',
    team,
    response(403, { error: { invalidToken: true } }),
    auth('Invalid access token'),
  ],

  ['bad token', supabase, response(401, { message: 'Unauthorized' }), auth('Invalid access token')],
  ['an object', supabase, response(200, { message: 'hello' }), { kind: 'bad_response' }],
  [
    'bad key',
    { type: 'supabase', mode: 'project_api_key', step: 'rest' },
    response(401, {}),
    auth('Invalid API key'),
  ],

  ['bad token', netlify, response(401, { code: 401 }), auth('Invalid access token')],
  [
    'throttled',
    netlify,
    response(429, {}, { 'x-ratelimit-reset': epoch(12) }),
    { kind: 'rate_limited', wait: 12 },
  ],

  ['bad password', prometheus, response(401, 'Unauthorized'), auth('Wrong user name or password')],
  ['bad token', { ...prometheus, mode: 'bearer' }, response(401), auth('Invalid bearer token')],
  [
    'a credential wanted',
    { ...prometheus, mode: 'none' },
    response(401),
    auth('The server asks for a credential'),
  ],
  ['an error', prometheus, response(200, { status: 'error' }), { kind: 'bad_response' }],

  [
    'bad token',
    grafana,
    response(401, { message: 'Invalid API key' }),
    auth('Invalid service account token'),
  ],
  ['bad password', { ...grafana, mode: 'basic' }, response(401), auth('Wrong user name or password')],
  ['no right', grafana, response(403), { kind: 'permission' }],
  ['the sign-in page', grafana, response(200, WEB_PAGE, HTML), page],

  ['bad key', generic, response(401), auth('The credential was refused')],
  ['no right', generic, response(403), { kind: 'permission' }],
  [
    'a token that has ended, told by 403',
    generic,
    response(403, '', { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' }),
    auth('The credential was refused'),
  ],
  [
    'a token that has ended, told by a success',
    generic,
    response(200, {}, { 'www-authenticate': 'Bearer error=invalid_token' }),
    auth('The credential was refused'),
  ],
  [
    'throttled, whatever else it says',
    generic,
    response(429, '', { 'www-authenticate': 'Bearer error="invalid_token"', 'retry-after': '3' }),
    { kind: 'rate_limited', wait: 3 },
  ],
  [
    'throttled in seconds',
    generic,
    response(429, '', { 'x-ratelimit-reset': '9' }),
    { kind: 'rate_limited', wait: 9 },
  ],
  [
    'throttled until',
    generic,
    response(429, '', { 'x-ratelimit-reset': epoch(9) }),
    { kind: 'rate_limited', wait: 9 },
  ],
  [
    'not the status asked for',
    { ...generic, config: { expected_status: 204 } },
    response(200),
    { kind: 'bad_response' },
  ],
  ['gone', generic, response(410), { kind: 'not_found' }],
];

describe('interpret, when it fails', () => {
  it.each(
    failures.map(([what, where, answer, expected]) => [where.type, what, where, answer, expected] as const),
  )('%s: %s', (_type, _what, where, answer, expected) => {
    const outcome = outcomeOf(where, answer);
    if (outcome.ok) throw new Error('this must fail');
    expect(outcome.kind).toBe(expected.kind);
    expect(outcome.status_code).toBe(answer.status);
    expect(outcome.retry_after_seconds).toBe(expected.wait);
    expect(outcome.credential_refused).toBe(expected.refused ?? false);
    expect(outcome.token_dead).toBe(expected.dead ?? false);
    if (typeof expected.reason === 'string') expect(outcome.reason).toBe(expected.reason);
    else if (expected.reason) expect(outcome.reason).toMatch(expected.reason);
    if (expected.hint) expect(outcome.hint).toMatch(expected.hint);
  });
});

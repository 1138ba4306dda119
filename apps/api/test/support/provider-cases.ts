import type { Answer } from './counterpart.js';

interface Expectation {
  answer: Answer;
  /** Only this step answers so; without it, every one. */
  at?: string;
  kind: string;
  reason: string;
}

/** One way to authenticate with one service: what is sent, what a success shows, and what refusals mean. */
export interface ProviderCase {
  name: string;
  type: string;
  config: Record<string, unknown>;
  credentials: Record<string, string>;
  /** What must not be in any answer of ours. */
  secret: string;
  host: string;
  /** In order, with the headers that differ from the usual ones. */
  requests: { method: string; path: string; headers: Record<string, string> }[];
  success: Record<string, Answer>;
  details: Record<string, unknown>;
  /** False where anything with the expected status is a success. */
  judgesBody: boolean;
  refusals: Record<string, Expectation>;
}

const SECRET = 'tok_9f8e7d6c5b4a3210';
const bearer = (more: Record<string, string> = {}) => ({ authorization: `Bearer ${SECRET}`, ...more });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const get = (path: string, headers: Record<string, string>) => ({ method: 'GET', path, headers });

const unauthorized = (reason: string): Expectation => ({
  answer: { status: 401, json: { message: `unauthorized: ${SECRET}` } },
  kind: 'auth',
  reason,
});

const argocd: ProviderCase = {
  name: 'Argo CD',
  type: 'argocd',
  config: { server_url: 'https://argocd.example.com/root/', namespace: 'argocd' },
  credentials: { credential_type: 'api_token', auth_token: SECRET },
  secret: SECRET,
  host: 'argocd.example.com',
  requests: [
    get(
      '/root/api/v1/applications?fields=metadata.resourceVersion%2Citems.metadata.name&appNamespace=argocd',
      bearer(),
    ),
    get('/root/api/v1/session/userinfo', bearer({ accept: '*/*' })),
    get('/root/api/version', bearer()),
  ],
  success: {
    'GET /root/api/v1/applications': { json: { items: [{ metadata: { name: 'a' } }, {}] } },
    'GET /root/api/v1/session/userinfo': { json: { loggedIn: true, username: 'latchkey' } },
    'GET /root/api/version': { json: { Version: 'v3.1.0' } },
  },
  details: { applications_count: 2, username: 'latchkey', server_version: 'v3.1.0' },
  judgesBody: true,
  refusals: {
    'a refused token': unauthorized('Invalid authentication token'),
    'a token that has expired': {
      answer: { status: 401, json: { error: 'invalid session: token has invalid claims: token is expired' } },
      kind: 'auth',
      reason: 'Invalid authentication token',
    },
    'anonymous access that hides a refused token': {
      at: 'GET /root/api/v1/session/userinfo',
      answer: { json: { loggedIn: false } },
      kind: 'auth',
      reason: 'Invalid authentication token',
    },
    'a token without permission': {
      answer: { status: 403, json: { error: 'permission denied' } },
      kind: 'permission',
      reason: 'The token may not list applications',
    },
  },
};

const github: ProviderCase = {
  name: 'GitHub',
  type: 'github',
  config: {},
  credentials: { credential_type: 'api_token', access_token: SECRET },
  secret: SECRET,
  host: 'api.github.com',
  requests: [
    get('/user', bearer({ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' })),
  ],
  success: {
    'GET /user': {
      json: { login: 'octocat', name: 'Mona' },
      headers: {
        'x-ratelimit-remaining': '4999',
        'github-authentication-token-expiration': '2027-01-01 00:00:00 UTC',
      },
    },
  },
  details: {
    username: 'octocat',
    name: 'Mona',
    rate_limit_remaining: 4999,
    token_expires_at: '2027-01-01 00:00:00 UTC',
  },
  judgesBody: true,
  refusals: {
    'a refused, expired or revoked token': {
      answer: { status: 401, json: { message: 'Bad credentials' } },
      kind: 'auth',
      reason: 'Invalid access token',
    },
    'a token without single sign-on': {
      answer: { status: 403, headers: { 'x-github-sso': 'required; url=https://x' }, json: {} },
      kind: 'permission',
      reason: 'The token is not authorised for single sign-on',
    },
    'an exhausted primary limit': {
      answer: { status: 403, headers: { 'x-ratelimit-remaining': '0' }, json: {} },
      kind: 'rate_limited',
      reason: 'GitHub is limiting our calls',
    },
    'another server': {
      answer: { status: 404, json: {} },
      kind: 'not_found',
      reason: 'The GitHub API was not found at that address',
    },
  },
};

const slackError = (error: string, kind: string, reason: string): Expectation => ({
  answer: { json: { ok: false, error } },
  kind,
  reason,
});

const slack: ProviderCase = {
  name: 'Slack',
  type: 'slack',
  config: {},
  credentials: { credential_type: 'api_token', bot_token: SECRET },
  secret: SECRET,
  host: 'slack.com',
  requests: [{ method: 'POST', path: '/api/auth.test', headers: bearer({ 'content-length': '0' }) }],
  success: { 'POST /api/auth.test': { json: { ok: true, team: 'Acme', user: 'latchkey', bot_id: 'B1' } } },
  details: { team: 'Acme', user: 'latchkey', bot_id: 'B1' },
  judgesBody: true,
  refusals: {
    'a refused token': slackError('invalid_auth', 'auth', 'Invalid bot token'),
    'a revoked token': slackError('token_revoked', 'auth', 'The bot token was revoked or has expired'),
    'an expired token': slackError('token_expired', 'auth', 'The bot token was revoked or has expired'),
    'a deactivated bot': slackError('account_inactive', 'auth', 'The bot or its workspace was deactivated'),
    'a missing scope': slackError('missing_scope', 'permission', 'The bot lacks a scope'),
    'a limit told with 200': slackError('ratelimited', 'rate_limited', 'Slack is limiting our calls'),
    'an error nobody knows': slackError('brand_new_error', 'bad_response', 'Slack refused the call'),
  },
};

const supabase: ProviderCase = {
  name: 'Supabase, access token',
  type: 'supabase',
  config: {},
  credentials: { credential_type: 'api_token', access_token: SECRET },
  secret: SECRET,
  host: 'api.supabase.com',
  requests: [get('/v1/projects', bearer()), get('/v1/organizations', bearer())],
  success: {
    'GET /v1/projects': { json: [{ name: 'Shop' }, { name: 'Blog' }] },
    'GET /v1/organizations': { json: [{ name: 'Acme' }] },
  },
  details: { projects_count: 2, project: 'Shop', organization: 'Acme' },
  judgesBody: true,
  refusals: { 'a refused or deleted token': unauthorized('Invalid access token') },
};

const supabaseProject: ProviderCase = {
  ...supabase,
  name: 'Supabase, key of a project',
  config: { project_ref: 'abcdefghijklmnopqrst' },
  credentials: { credential_type: 'api_token', auth_mode: 'project_api_key', api_key: SECRET },
  host: 'abcdefghijklmnopqrst.supabase.co',
  requests: [get('/rest/v1/', bearer({ apikey: SECRET }))],
  success: { 'GET /rest/v1/': { json: { swagger: '2.0' } } },
  details: {},
  refusals: { 'a refused or revoked key': unauthorized('Invalid API key') },
};

const vercel: ProviderCase = {
  name: 'Vercel, a person',
  type: 'vercel',
  config: {},
  credentials: { credential_type: 'api_token', access_token: SECRET },
  secret: SECRET,
  host: 'api.vercel.com',
  requests: [get('/v2/user', bearer())],
  success: { 'GET /v2/user': { json: { user: { username: 'ada', email: 'ada@example.com' } } } },
  details: { username: 'ada', email: 'ada@example.com' },
  judgesBody: true,
  refusals: {
    'a refused or deleted token': {
      answer: { status: 403, json: { error: { code: 'forbidden', invalidToken: true } } },
      kind: 'auth',
      reason: 'Invalid access token',
    },
    'a token limited to a team': {
      answer: { status: 403, json: { error: { code: 'forbidden' } } },
      kind: 'permission',
      reason: 'The token may not read the user',
    },
    'a token refused with 401': unauthorized('Invalid access token'),
  },
};

const vercelTeam: ProviderCase = {
  ...vercel,
  name: 'Vercel, a team',
  config: { team_id: 'team_abc123' },
  requests: [get('/v2/teams/team_abc123', bearer())],
  success: { 'GET /v2/teams/team_abc123': { json: { id: 'team_abc123', name: 'Acme', slug: 'acme' } } },
  details: { team: 'Acme', team_slug: 'acme' },
  refusals: {
    'a refused token': vercel.refusals['a refused or deleted token']!,
    'a team it does not reach': {
      answer: { status: 404, json: { error: {} } },
      kind: 'not_found',
      reason: 'The team was not found',
    },
  },
};

const netlify: ProviderCase = {
  name: 'Netlify',
  type: 'netlify',
  config: {},
  credentials: { credential_type: 'api_token', access_token: SECRET },
  secret: SECRET,
  host: 'api.netlify.com',
  requests: [get('/api/v1/user', bearer())],
  success: {
    'GET /api/v1/user': {
      json: { full_name: 'Ada', email: 'ada@example.com' },
      headers: { 'x-ratelimit-remaining': '498' },
    },
  },
  details: { name: 'Ada', email: 'ada@example.com', rate_limit_remaining: 498 },
  judgesBody: true,
  refusals: { 'a refused, expired or deleted token': unauthorized('Invalid access token') },
};

const prometheus: ProviderCase = {
  name: 'Prometheus, user name and password',
  type: 'prometheus',
  config: { server_url: 'https://prometheus.example.com' },
  credentials: { credential_type: 'basic_auth', username: 'ada', password: SECRET },
  secret: SECRET,
  host: 'prometheus.example.com',
  requests: [
    get('/api/v1/query?query=1', basic('ada', SECRET)),
    get('/api/v1/status/buildinfo', basic('ada', SECRET)),
  ],
  success: {
    'GET /api/v1/query': { json: { status: 'success', data: {} } },
    'GET /api/v1/status/buildinfo': { json: { status: 'success', data: { version: '3.5.0' } } },
  },
  details: { server_version: '3.5.0' },
  judgesBody: true,
  refusals: { 'a refused password': unauthorized('Wrong user name or password') },
};

const prometheusBearer: ProviderCase = {
  ...prometheus,
  name: 'Prometheus, bearer token',
  credentials: { credential_type: 'api_token', token: SECRET },
  requests: prometheus.requests.map((request) => ({ ...request, headers: bearer() })),
  refusals: { 'a refused or expired token': unauthorized('Invalid bearer token') },
};

const prometheusOpen: ProviderCase = {
  ...prometheus,
  name: 'Prometheus without a credential',
  credentials: { credential_type: 'basic_auth', auth_mode: 'none' },
  requests: prometheus.requests.map((request) => ({ ...request, headers: {} })),
  refusals: { 'a server that wants one': unauthorized('The server asks for a credential') },
};

const grafana: ProviderCase = {
  name: 'Grafana, service account',
  type: 'grafana',
  config: { server_url: 'https://acme.grafana.net', org_id: 7 },
  credentials: { credential_type: 'api_token', service_account_token: SECRET },
  secret: SECRET,
  host: 'acme.grafana.net',
  requests: ['/api/org', '/api/health'].map((path) => get(path, bearer({ 'x-grafana-org-id': '7' }))),
  success: {
    'GET /api/org': { json: { id: 7, name: 'Acme' } },
    'GET /api/health': { json: { version: '12.1.0' } },
  },
  details: { organization: 'Acme', server_version: '12.1.0' },
  judgesBody: true,
  refusals: { 'a refused, expired or deleted token': unauthorized('Invalid service account token') },
};

const grafanaBasic: ProviderCase = {
  ...grafana,
  name: 'Grafana, user name and password',
  config: { server_url: 'https://acme.grafana.net' },
  credentials: { credential_type: 'basic_auth', username: 'ada', password: SECRET },
  requests: ['/api/org', '/api/health'].map((path) => get(path, basic('ada', SECRET))),
  refusals: { 'a refused password': unauthorized('Wrong user name or password') },
};

const genericRefusals = {
  'a refused, expired or revoked credential': unauthorized('The credential was refused'),
};

const generic: ProviderCase = {
  name: 'Generic HTTP, key in a header',
  type: 'generic_http',
  config: { base_url: 'https://api.example.com/v1', test_path: '/me?verbose=1' },
  credentials: { credential_type: 'api_token', header_name: 'X-Token', prefix: 'Token ', api_key: SECRET },
  secret: SECRET,
  host: 'api.example.com',
  requests: [get('/v1/me?verbose=1', { accept: '*/*', 'x-token': `Token ${SECRET}` })],
  success: { 'GET /v1/me': { text: 'fine', headers: { 'content-type': 'text/plain' } } },
  details: { content_type: 'text/plain' },
  judgesBody: false,
  refusals: genericRefusals,
};

const genericQuery: ProviderCase = {
  ...generic,
  name: 'Generic HTTP, key in the address',
  credentials: {
    credential_type: 'api_token',
    auth_mode: 'api_key_query',
    query_name: 'key',
    api_key: `${SECRET}&x=1`,
  },
  requests: [get(`/v1/me?verbose=1&key=${SECRET}%26x%3D1`, { accept: '*/*' })],
};

const genericBearer: ProviderCase = {
  ...generic,
  name: 'Generic HTTP, bearer token',
  credentials: { credential_type: 'api_token', token: SECRET },
  requests: [get('/v1/me?verbose=1', bearer({ accept: '*/*' }))],
};

const genericBasic: ProviderCase = {
  ...generic,
  name: 'Generic HTTP, user name and password',
  credentials: { credential_type: 'basic_auth', username: 'äda', password: SECRET },
  requests: [get('/v1/me?verbose=1', { accept: '*/*', ...basic('äda', SECRET) })],
};

export const PROVIDER_CASES: ProviderCase[] = [
  argocd,
  github,
  slack,
  supabase,
  supabaseProject,
  vercel,
  vercelTeam,
  netlify,
  prometheus,
  prometheusBearer,
  prometheusOpen,
  grafana,
  grafanaBasic,
  generic,
  genericQuery,
  genericBearer,
  genericBasic,
];

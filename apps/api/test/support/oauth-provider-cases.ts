import type { Answer } from './counterpart.js';

/** A provider that is connected by a consent, as it is on the wire. */
export interface OAuthProviderCase {
  name: string;
  type: string;
  /** Whom it is: all go to one counterpart. */
  hosts: string[];
  /** Chosen instead of the usual ones. */
  scopes?: string[];
  token: { path: string; answer: (accessToken: string) => object };
  /** What the test of the connection calls, in order. */
  requests: { method: string; path: string }[];
  success: Record<string, Answer>;
  details: Record<string, unknown>;
  /** How a token that is gone is answered, and what a person is told. */
  refusal: { answer: Answer; reason: string };
  /** Null where tokens have no end and nothing renews them. */
  refreshed: boolean;
  /** What can be chosen, from `list`. */
  resources: { kind: string; path: string; answer: Answer; items: object[] } | null;
  /** What it is told when the integration is deleted. */
  revocation: string | null;
}

const rotating = (accessToken: string) => ({
  access_token: accessToken,
  token_type: 'bearer',
  expires_in: 3600,
  refresh_token: `refresh-of-${accessToken}`,
});
const lasting = (accessToken: string) => ({ access_token: accessToken, token_type: 'bearer' });
const unauthorized: Answer = { status: 401, json: { message: 'no' } };

export const OAUTH_PROVIDER_CASES: OAuthProviderCase[] = [
  {
    name: 'GitHub, client of an OAuth App',
    type: 'github',
    hosts: ['github.com', 'api.github.com'],
    token: {
      path: '/login/oauth/access_token',
      answer: (token) => ({ ...lasting(token), scope: 'read:org,repo' }),
    },
    requests: [{ method: 'GET', path: '/user' }],
    success: { 'GET /user': { json: { login: 'octocat', id: 1 } } },
    details: { username: 'octocat' },
    refusal: { answer: unauthorized, reason: 'GitHub refused the token' },
    refreshed: false,
    resources: null,
    revocation: 'DELETE /applications/the-client/token',
  },
  {
    name: 'GitHub, client of a GitHub App, whose tokens end',
    type: 'github',
    hosts: [],
    scopes: [],
    token: { path: '/login/oauth/access_token', answer: (token) => ({ ...rotating(token), scope: '' }) },
    requests: [{ method: 'GET', path: '/user' }],
    success: { 'GET /user': { json: { login: 'octocat', id: 1 } } },
    details: { username: 'octocat' },
    refusal: { answer: unauthorized, reason: 'GitHub refused the token' },
    refreshed: true,
    resources: null,
    revocation: 'DELETE /applications/the-client/token',
  },
  {
    name: 'Slack',
    type: 'slack',
    hosts: ['slack.com'],
    token: {
      path: '/api/oauth.v2.access',
      answer: (token) => ({
        ...rotating(token),
        ok: true,
        token_type: 'bot',
        scope: 'chat:write,chat:write.public,channels:read,groups:read',
        team: { id: 'T1', name: 'Acme' },
      }),
    },
    requests: [{ method: 'POST', path: '/api/auth.test' }],
    success: { 'POST /api/auth.test': { json: { ok: true, team: 'Acme', user: 'latchkey', bot_id: 'B1' } } },
    details: { team: 'Acme', user: 'latchkey', bot_id: 'B1' },
    refusal: { answer: { json: { ok: false, error: 'token_revoked' } }, reason: 'Slack refused the token' },
    refreshed: true,
    resources: null,
    revocation: 'POST /api/auth.revoke',
  },
  {
    name: 'Supabase',
    type: 'supabase',
    hosts: ['api.supabase.com'],
    token: { path: '/v1/oauth/token', answer: rotating },
    requests: [
      { method: 'GET', path: '/v1/projects' },
      { method: 'GET', path: '/v1/organizations' },
    ],
    success: {
      'GET /v1/projects': { json: [{ id: 'p1', name: 'Shop', region: 'eu' }] },
      'GET /v1/organizations': { json: [{ id: 'o1', name: 'Acme' }] },
    },
    details: { projects_count: 1, project: 'Shop', organization: 'Acme' },
    refusal: { answer: unauthorized, reason: 'Supabase refused the token' },
    refreshed: true,
    resources: {
      kind: 'projects',
      path: 'GET /v1/projects',
      answer: { json: [{ id: 'p1', name: 'Shop', region: 'eu' }] },
      items: [{ id: 'p1', name: 'Shop', details: { region: 'eu' }, selected: false, gone: false }],
    },
    revocation: 'POST /v1/oauth/revoke',
  },
  {
    name: 'Vercel',
    type: 'vercel',
    hosts: ['api.vercel.com'],
    token: {
      path: '/login/oauth/token',
      answer: (token) => ({ ...rotating(token), scope: 'openid email profile' }),
    },
    requests: [{ method: 'GET', path: '/v2/user' }],
    success: { 'GET /v2/user': { json: { user: { id: 'u1', username: 'ada', email: 'ada@example.com' } } } },
    details: { username: 'ada', email: 'ada@example.com' },
    refusal: {
      answer: { status: 403, json: { error: { code: 'forbidden', invalidToken: true } } },
      reason: 'Vercel refused the token',
    },
    refreshed: true,
    resources: {
      kind: 'teams',
      path: 'GET /v2/teams',
      answer: { json: { teams: [{ id: 't1', name: 'Acme', slug: 'acme' }], pagination: { next: null } } },
      items: [{ id: 't1', name: 'Acme', details: { slug: 'acme' }, selected: false, gone: false }],
    },
    revocation: 'POST /login/oauth/token/revoke',
  },
  {
    name: 'Netlify',
    type: 'netlify',
    hosts: ['api.netlify.com'],
    token: { path: '/oauth/token', answer: lasting },
    requests: [{ method: 'GET', path: '/api/v1/user' }],
    success: { 'GET /api/v1/user': { json: { id: 'n1', full_name: 'Ada', email: 'ada@example.com' } } },
    details: { name: 'Ada', email: 'ada@example.com' },
    refusal: { answer: unauthorized, reason: 'Netlify refused the token' },
    refreshed: false,
    resources: {
      kind: 'sites',
      path: 'GET /api/v1/sites',
      answer: { json: [{ id: 's1', name: 'shop', ssl_url: 'https://shop.example.com' }] },
      items: [
        {
          id: 's1',
          name: 'shop',
          details: { url: 'https://shop.example.com' },
          selected: false,
          gone: false,
        },
      ],
    },
    revocation: null,
  },
  {
    name: 'Google Cloud',
    type: 'google_cloud',
    hosts: ['oauth2.googleapis.com', 'openidconnect.googleapis.com', 'cloudresourcemanager.googleapis.com'],
    token: {
      path: '/token',
      answer: (token) => ({
        ...rotating(token),
        scope:
          'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/cloud-platform.read-only',
      }),
    },
    requests: [{ method: 'GET', path: '/v1/projects?pageSize=1' }],
    success: {
      'GET /v1/projects': { json: { projects: [{ projectId: 'shop-1', name: 'Shop' }] } },
      'GET /v1/userinfo': { json: { sub: 'g1', email: 'ada@example.com' } },
    },
    details: { project: 'shop-1', name: 'Shop' },
    refusal: { answer: unauthorized, reason: 'Google refused the token' },
    refreshed: true,
    resources: {
      kind: 'projects',
      path: 'GET /v1/projects',
      answer: { json: { projects: [{ projectId: 'shop-1', name: 'Shop', projectNumber: '42' }] } },
      items: [{ id: 'shop-1', name: 'Shop', details: { number: '42' }, selected: false, gone: false }],
    },
    revocation: 'POST /revoke',
  },
];

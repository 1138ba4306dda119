import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Received } from '../../../test/support/counterpart.js';
import { CLIENT_SECRET, OAuthBench, REDIRECT_URI, VERIFIER } from '../../../test/support/oauth-bench.js';

/** What one provider is sent, from the consent to the end, and what is read in its answers. */
interface ProviderFlow {
  type: string;
  config?: Record<string, string>;
  scopes: string[];
  /** Where people go, without what all have: response_type, client_id, redirect_uri and state. */
  consent: [address: string, parameters: object];
  token: { path: string; clientIn: 'basic' | 'body'; pkce: boolean; answer: Answer };
  account: { path: string; answer: Answer } | null;
  granted: object;
  refresh: object | null;
  revocation: { method: string; path: string; authorization?: RegExp; body: string; answer: Answer } | null;
}

const PKCE = { code_challenge: expect.any(String), code_challenge_method: 'S256' };
const BASIC = /^Basic bXktY2xpZW50Xz/;
const client = { client_id: 'my-client_1', client_secret: CLIENT_SECRET };
const expiring = { expires_in: 3600, refresh_token: 'refresh-1', token_type: 'Bearer' };

const FLOWS: ProviderFlow[] = [
  {
    type: 'github',
    scopes: ['repo', 'read:org'],
    consent: ['https://github.com/login/oauth/authorize', { scope: 'repo read:org', ...PKCE }],
    token: {
      path: '/login/oauth/access_token',
      clientIn: 'body',
      pkce: true,
      answer: { json: { access_token: 'gho_1', scope: 'read:org,repo', token_type: 'bearer' } },
    },
    account: { path: '/user', answer: { json: { login: 'octocat', id: 583_231 } } },
    granted: {
      accessToken: 'gho_1',
      scopes: ['read:org', 'repo'],
      account: { name: 'octocat', id: '583231' },
    },
    refresh: { refresh_token: 'refresh-0', ...client },
    revocation: {
      method: 'DELETE',
      path: '/applications/my-client_1/token',
      authorization: BASIC,
      body: '{"access_token":"access-1"}',
      answer: { status: 204 },
    },
  },
  {
    type: 'slack',
    scopes: ['chat:write', 'channels:read'],
    consent: ['https://slack.com/oauth/v2/authorize', { scope: 'chat:write,channels:read' }],
    token: {
      path: '/api/oauth.v2.access',
      clientIn: 'body',
      pkce: false,
      answer: {
        json: {
          ok: true,
          access_token: 'xoxe.xoxb-1',
          expires_in: 43_200,
          refresh_token: 'xoxe-1-1',
          token_type: 'bot',
          scope: 'chat:write,channels:read',
          team: { name: 'Acme', id: 'T1' },
        },
      },
    },
    account: null,
    granted: {
      accessToken: 'xoxe.xoxb-1',
      refreshToken: 'xoxe-1-1',
      lifetimeSeconds: 43_200,
      scopes: ['chat:write', 'channels:read'],
      account: { name: 'Acme', id: 'T1' },
    },
    refresh: { refresh_token: 'refresh-0', ...client },
    revocation: {
      method: 'POST',
      path: '/api/auth.revoke',
      authorization: /^Bearer access-1$/,
      body: '',
      answer: { json: { ok: true, revoked: true } },
    },
  },
  {
    type: 'supabase',
    scopes: [],
    consent: ['https://api.supabase.com/v1/oauth/authorize', PKCE],
    token: {
      path: '/v1/oauth/token',
      clientIn: 'basic',
      pkce: true,
      answer: { status: 201, json: { access_token: 'sbp_oauth_1', ...expiring } },
    },
    account: { path: '/v1/organizations', answer: { json: [{ id: 'org-1', name: 'Acme' }] } },
    granted: { accessToken: 'sbp_oauth_1', scopes: null, account: { name: 'Acme', id: 'org-1' } },
    refresh: { refresh_token: 'refresh-0' },
    revocation: {
      method: 'POST',
      path: '/v1/oauth/revoke',
      body: JSON.stringify({ ...client, refresh_token: 'refresh-1' }),
      answer: { status: 204 },
    },
  },
  {
    type: 'vercel',
    scopes: ['openid', 'offline_access'],
    consent: ['https://vercel.com/oauth/authorize', { scope: 'openid offline_access', ...PKCE }],
    token: {
      path: '/login/oauth/token',
      clientIn: 'body',
      pkce: true,
      answer: { json: { access_token: 'vca_1', scope: 'openid', id_token: 'a.b.c', ...expiring } },
    },
    account: { path: '/v2/user', answer: { json: { user: { id: 'u1', username: 'ada' } } } },
    granted: { accessToken: 'vca_1', scopes: ['openid'], account: { name: 'ada', id: 'u1' } },
    refresh: { refresh_token: 'refresh-0', ...client },
    revocation: {
      method: 'POST',
      path: '/login/oauth/token/revoke',
      authorization: BASIC,
      body: 'token=refresh-1',
      answer: { status: 200 },
    },
  },
  {
    type: 'netlify',
    scopes: [],
    consent: ['https://app.netlify.com/authorize', {}],
    token: {
      path: '/oauth/token',
      clientIn: 'body',
      pkce: false,
      answer: { json: { access_token: 'nf_1', token_type: 'Bearer', created_at: 1 } },
    },
    account: { path: '/api/v1/user', answer: { json: { id: 'n1', email: 'ada@example.com' } } },
    granted: { accessToken: 'nf_1', scopes: null, account: { name: 'ada@example.com', id: 'n1' } },
    refresh: null,
    revocation: null,
  },
  {
    type: 'google_cloud',
    scopes: ['https://www.googleapis.com/auth/cloud-platform.read-only', 'email'],
    consent: [
      'https://accounts.google.com/o/oauth2/v2/auth',
      {
        scope: 'https://www.googleapis.com/auth/cloud-platform.read-only email',
        access_type: 'offline',
        prompt: 'consent',
        ...PKCE,
      },
    ],
    token: {
      path: '/token',
      clientIn: 'body',
      pkce: true,
      answer: { json: { access_token: 'ya29.1', scope: 'openid email', ...expiring } },
    },
    account: { path: '/v1/userinfo', answer: { json: { sub: '1', email: 'ada@example.com' } } },
    granted: {
      accessToken: 'ya29.1',
      scopes: ['openid', 'email'],
      account: { name: 'ada@example.com', id: '1' },
    },
    refresh: { refresh_token: 'refresh-0', ...client },
    revocation: { method: 'POST', path: '/revoke', body: 'token=refresh-1', answer: { status: 200 } },
  },
];

let bench: OAuthBench;

beforeAll(async () => {
  bench = await OAuthBench.start(
    'github.com',
    'api.github.com',
    'slack.com',
    'api.supabase.com',
    'vercel.com',
    'api.vercel.com',
    'api.netlify.com',
    'oauth2.googleapis.com',
    'openidconnect.googleapis.com',
  );
});

afterAll(() => bench.close());

const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));

describe.each(FLOWS.map((flow) => [flow.type, flow] as const))('%s', (type, flow) => {
  const party = () => bench.party(type, flow.config);

  it('is asked for the consent as its documentation says', () => {
    const request = {
      redirectUri: REDIRECT_URI,
      state: 'the-state',
      codeVerifier: VERIFIER,
      scopes: flow.scopes,
    };
    const url = new URL(bench.client.authorizationUrl(party(), request));
    const [address, parameters] = flow.consent;
    expect(`${url.origin}${url.pathname}`).toBe(address);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'my-client_1',
      redirect_uri: REDIRECT_URI,
      state: 'the-state',
      ...parameters,
    });
  });

  it('is given the code, and asked whose account it is', async () => {
    bench.provider.answers({
      [`POST ${flow.token.path}`]: flow.token.answer,
      ...(flow.account && { [`GET ${flow.account.path}`]: flow.account.answer }),
    });
    const grant = await bench.exchange(party());
    expect(grant).toMatchObject(flow.granted);
    const [exchange, lookUp] = bench.provider.requests;
    const inBody = flow.token.clientIn === 'body';
    expect(exchange?.headers).toMatchObject({ accept: 'application/json' });
    expect(exchange?.headers.authorization ?? '').toMatch(inBody ? /^$/ : BASIC);
    expect(form(exchange!)).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: REDIRECT_URI,
      ...(flow.token.pkce && { code_verifier: VERIFIER }),
      ...(inBody && client),
    });
    expect(lookUp?.path).toBe(flow.account?.path);
    expect(lookUp?.headers.authorization).toBe(flow.account ? `Bearer ${grant.accessToken}` : undefined);
  });

  it('is connected although nobody knows whose account it is', async () => {
    bench.provider.answers({ [`POST ${flow.token.path}`]: flow.token.answer, '*': { status: 500 } });
    const grant = await bench.exchange(party());
    expect(grant.account === null).toBe(flow.account !== null);
  });

  if (flow.refresh) {
    it('is asked for another token', async () => {
      bench.provider.answers({ [`POST ${flow.token.path}`]: flow.token.answer });
      await bench.client.refresh(party(), { refreshToken: 'refresh-0' });
      const [request] = bench.provider.requests;
      expect(form(request!)).toEqual({ grant_type: 'refresh_token', ...flow.refresh });
    });
  }

  it('is told that the tokens shall be no more, where it can be', async () => {
    const { method = '', path = '', authorization, body, answer = {} } = flow.revocation ?? {};
    bench.provider.answers({ [`${method} ${path}`]: answer });
    const outcome = await bench.client.revoke(party(), {
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
    });
    expect(outcome).toBe(flow.revocation ? 'revoked' : 'unsupported');
    const [request] = bench.provider.requests;
    expect(request?.body).toBe(body);
    expect(request?.headers.authorization ?? '').toMatch(authorization ?? /^$/);
  });
});

it('GitHub Enterprise Server has its own addresses', async () => {
  const { url } = bench.provider;
  const party = bench.party('github', { web_url: `${url}/web/`, api_base_url: `${url}/api/v3/` });
  bench.provider.answers({ '*': { json: { access_token: 'gho_1', login: 'ada' } } });
  await bench.exchange(party);
  await bench.client.revoke(party, { accessToken: 'gho_1' });
  expect(bench.provider.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /web/login/oauth/access_token',
    'GET /api/v3/user',
    'DELETE /api/v3/applications/my-client_1/token',
  ]);
});

import { describe, expect, it } from '@jest/globals';
import { catalogue, manifestOf, outcomeOf, requestsFor, response, SECRETS, wayOf } from '../test/support.js';
import { accountCall, oauthAddresses, oauthSettings, revocationCall } from './oauth.js';
import { validateConfig, validateCredentials } from './validate.js';

const bearer = {
  'User-Agent': 'Latchkey',
  Accept: 'application/json',
  Authorization: `Bearer ${SECRETS[0]}`,
};
const GOOGLE = 'https://cloudresourcemanager.googleapis.com/v1/projects';

const oauthTypes = catalogue.list().filter(({ auth }) => auth.some(({ oauth2 }) => oauth2));

describe('ways with a consent', () => {
  /** Every one of them, and each setting that changes a request: method, URL and headers, exactly. */
  const table: [string, Record<string, unknown>, string, string, object][] = [
    ['generic_http', { test_path: '/me' }, 'GET', 'https://api.example.com/me', { ...bearer, Accept: '*/*' }],
    [
      'github',
      {},
      'GET',
      'https://api.github.com/user',
      { ...bearer, Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' },
    ],
    ['google_cloud', {}, 'GET', `${GOOGLE}?pageSize=1`, bearer],
    ['google_cloud', { project_id: 'my-project' }, 'GET', `${GOOGLE}/my-project`, bearer],
    ['netlify', {}, 'GET', 'https://api.netlify.com/api/v1/user', bearer],
    ['slack', {}, 'POST', 'https://slack.com/api/auth.test', bearer],
    ['supabase', {}, 'GET', 'https://api.supabase.com/v1/projects', bearer],
    ['vercel', { team_id: 'team_a' }, 'GET', 'https://api.vercel.com/v2/teams/team_a', bearer],
  ];

  it.each(table)('%s with %j: its token is sent as it is', (type, config, method, url, headers) => {
    expect(requestsFor({ type, mode: 'oauth2', config })[0]).toMatchObject({ method, url, headers });
  });

  it('are all in this table', () => {
    expect([...new Set(table.map(([type]) => type))].sort()).toEqual(oauthTypes.map(({ id }) => id).sort());
  });

  it.each(oauthTypes.map(({ id }) => [id]))(
    '%s: a token that is refused says that a consent helps',
    (type) => {
      const call = { type, mode: 'oauth2', step: requestsFor({ type, mode: 'oauth2' })[0]!.step };
      const answers: Record<string, ReturnType<typeof response>> = {
        slack: response(200, { ok: false, error: 'token_revoked' }),
        vercel: response(403, { error: { invalidToken: true } }),
      };
      expect(outcomeOf(call, answers[type] ?? response(401, { error: SECRETS[0] }))).toMatchObject({
        ok: false,
        kind: 'auth',
        hint: expect.stringContaining('Authorise again'),
        credential_refused: true,
        token_dead: true,
      });
    },
  );

  it('are chosen by their type alone, whether there is a client or not', () => {
    for (const manifest of oauthTypes) {
      const bare = validateCredentials(manifest, { credential_type: 'oauth2' });
      expect(bare.valid && bare.way.id).toBe('oauth2');
      const own = { credential_type: 'oauth2', client_id: 'id', client_secret: 'secret' };
      expect(validateCredentials(manifest, own)).toMatchObject({ valid: true, value: own });
    }
  });

  it('want ID and secret of a client together, unless it may be a public one', () => {
    const check = (type: string, fields: object) =>
      validateCredentials(manifestOf(type), { credential_type: 'oauth2', ...fields });
    expect(check('github', { client_id: 'id' })).toEqual({
      valid: false,
      errors: { 'credentials.client_secret': ['is required with a client ID'] },
    });
    expect(check('github', { client_secret: 'secret', client_id: '' })).toEqual({
      valid: false,
      errors: { 'credentials.client_id': ['is required with a client secret'] },
    });
    expect(check('generic_http', { client_id: 'id' })).toMatchObject({ valid: true });
    expect(check('slack', { signing_secret: 's', access_token: 'x' })).toEqual({
      valid: false,
      errors: { 'credentials.access_token': ['is not a field of Slack, OAuth'] },
    });
  });

  it('never take what a flow of its own makes', () => {
    const value = {
      credential_type: 'github_app',
      auth_mode: 'app_installation',
      app: 'x',
      installation_id: '1',
    };
    expect(validateCredentials(manifestOf('github'), value)).toEqual({
      valid: false,
      errors: { 'credentials.auth_mode': ['must be one of: github_app'] },
    });
  });

  it.each(['authorization_url', 'token_url', 'revocation_url'])(
    'a password in %s is not kept among the settings, where everybody sees it',
    (name) => {
      const generic = manifestOf('generic_http');
      const addresses = {
        authorization_url: 'https://login.example.com?tenant=a@b',
        token_url: 'https://login.example.com:8443/token',
      };
      const config = { base_url: 'https://api.example.com', ...addresses };
      expect(validateConfig(generic, config, wayOf(generic, 'oauth2'))).toMatchObject({ valid: true });
      const withPassword = { ...config, [name]: 'https://user:pass@login.example.com/' };
      expect(validateConfig(generic, withPassword, wayOf(generic, 'oauth2'))).toMatchObject({
        valid: false,
        errors: { [`config.${name}`]: [expect.stringContaining('without user name, password')] },
      });
    },
  );

  it('of a server nobody knows need its addresses', () => {
    const generic = manifestOf('generic_http');
    const base = { base_url: 'https://api.example.com' };
    expect(validateConfig(generic, base, wayOf(generic, 'bearer'))).toMatchObject({ valid: true });
    expect(validateConfig(generic, base, wayOf(generic, 'oauth2'))).toEqual({
      valid: false,
      errors: {
        'config.authorization_url': ['is required for “OAuth 2.0 authorization code”'],
        'config.token_url': ['is required for “OAuth 2.0 authorization code”'],
      },
    });
  });
});

describe('oauthSettings', () => {
  const of = (type: string, config: Record<string, string | boolean> = {}) =>
    oauthSettings(manifestOf(type), wayOf(manifestOf(type), 'oauth2'), config);

  it('fills in the settings, and the defaults where they have nothing', () => {
    expect(of('github')).toMatchObject({
      authorizationUrl: 'https://github.com/login/oauth/authorize',
      tokenUrl: 'https://github.com/login/oauth/access_token',
      refreshUrl: 'https://github.com/login/oauth/access_token',
      issuer: undefined,
      pkce: true,
      clientAuthentication: 'post',
    });
    expect(of('github', { web_url: 'https://ghe.example.com/' }).tokenUrl).toBe(
      'https://ghe.example.com/login/oauth/access_token',
    );
    expect(of('slack')).toMatchObject({ pkce: false });
  });

  it('takes from the settings what only they can know', () => {
    const config = {
      base_url: 'https://api.example.com',
      authorization_url: 'https://login.example.com/authorize?tenant=a',
      token_url: 'https://login.example.com/token',
      oauth_scopes: 'read  write,offline_access read',
      oauth_parameters: 'prompt=consent&state=evil',
      oauth_client_authentication: 'none',
      oauth_without_pkce: true,
    };
    expect(of('generic_http', config)).toMatchObject({
      authorizationUrl: 'https://login.example.com/authorize?tenant=a',
      issuer: undefined,
      pkce: false,
      clientAuthentication: 'none',
      authorizeParameters: { prompt: 'consent' },
      scopes: ['read', 'write', 'offline_access'].map((name) =>
        expect.objectContaining({ name, default: true }),
      ),
    });
  });

  it.each(['ftp://login.example.com', 'javascript:alert(1)', 'https://u:p@login.example.com', 'https://a b'])(
    'does not send anybody to %s',
    (url) => {
      const config = {
        base_url: 'https://a.example',
        token_url: 'https://a.example',
        authorization_url: url,
      };
      expect(() => of('generic_http', config)).toThrow('The authorization URL cannot be used');
    },
  );

  it('names every address that decides where secrets go', () => {
    expect(oauthAddresses(manifestOf('github')).join(' ')).toMatch(/config\.web_url.*config\.api_base_url/);
    const names = ['authorization_url', 'token_url', 'revocation_url', 'issuer'];
    expect(oauthAddresses(manifestOf('generic_http')).sort()).toEqual(
      names.map((name) => `{config.${name}}`).sort(),
    );
    expect(oauthAddresses(manifestOf('argocd'))).toEqual([]);
  });
});

describe('revocationCall', () => {
  it('keeps the ID of a client within its segment', () => {
    const github = manifestOf('github');
    const client = { id: '../../user', secret: 's' };
    const call = revocationCall(github, wayOf(github, 'oauth2'), {}, client, { accessToken: 'a' });
    expect(call?.url).toBe('https://api.github.com/applications/..%2F..%2Fuser/token');
    expect(call?.parameters).toEqual({ access_token: 'a' });
  });
});

describe('accountCall', () => {
  it('goes to its own address where the manifest has one', () => {
    const google = manifestOf('google_cloud');
    expect(accountCall(google, wayOf(google, 'oauth2'), {}, 'token')).toMatchObject({
      url: 'https://openidconnect.googleapis.com/v1/userinfo',
      headers: { Authorization: 'Bearer token' },
    });
  });
});

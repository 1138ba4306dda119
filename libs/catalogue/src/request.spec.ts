import { describe, expect, it } from '@jest/globals';
import {
  catalogue,
  configFor,
  credentialsFor,
  manifestOf,
  requestsFor,
  SECRETS,
  wayOf,
  type Call,
} from '../test/support.js';
import { buildRequests, stepsOf } from './request.js';
import { ConfigurationError } from './url.js';

const basic = `Basic ${Buffer.from(`reader:${SECRETS[0]}`).toString('base64')}`;
const bearer = `Bearer ${SECRETS[0]}`;
const json = { 'User-Agent': 'Latchkey', Accept: 'application/json' };
const any = { 'User-Agent': 'Latchkey', Accept: '*/*' };
const github = {
  ...json,
  Accept: 'application/vnd.github+json',
  'X-GitHub-Api-Version': '2022-11-28',
  Authorization: bearer,
};
const ARGO = 'https://argocd.example.com';
const FIELDS = 'fields=metadata.resourceVersion%2Citems.metadata.name';
const PROM = 'https://prometheus.example.com/api/v1';

type Expected = [string, string, Record<string, string>];

/** Every type and way, and each setting that changes a request: method, URL and headers, exactly. */
const table: [string, Call, Expected[]][] = [
  [
    'argocd',
    { type: 'argocd' },
    [
      ['GET', `${ARGO}/api/v1/applications?${FIELDS}`, { ...json, Authorization: bearer }],
      ['GET', `${ARGO}/api/v1/session/userinfo`, { ...any, Authorization: bearer }],
      ['GET', `${ARGO}/api/version`, { ...json, Authorization: bearer }],
    ],
  ],
  [
    'argocd under a path and with a namespace, health',
    { type: 'argocd', config: { server_url: `${ARGO}/argo/`, namespace: 'argocd' }, purpose: 'health' },
    [
      [
        'GET',
        `${ARGO}/argo/api/v1/applications?fields=metadata.resourceVersion&appNamespace=argocd`,
        { ...json, Authorization: bearer },
      ],
      ['GET', `${ARGO}/argo/api/v1/session/userinfo`, { ...any, Authorization: bearer }],
    ],
  ],
  ['github', { type: 'github' }, [['GET', 'https://api.github.com/user', github]]],
  [
    'github enterprise',
    { type: 'github', config: { api_base_url: 'https://ghe.example.com/api/v3' } },
    [['GET', 'https://ghe.example.com/api/v3/user', github]],
  ],
  [
    'slack',
    { type: 'slack' },
    [['POST', 'https://slack.com/api/auth.test', { ...json, Authorization: bearer }]],
  ],
  [
    'supabase',
    { type: 'supabase', mode: 'access_token' },
    [
      ['GET', 'https://api.supabase.com/v1/projects', { ...json, Authorization: bearer }],
      ['GET', 'https://api.supabase.com/v1/organizations', { ...json, Authorization: bearer }],
    ],
  ],
  [
    'supabase project',
    { type: 'supabase', mode: 'project_api_key' },
    [
      [
        'GET',
        'https://abcdefghijklmnopqrst.supabase.co/rest/v1/',
        { ...json, apikey: SECRETS[0], Authorization: bearer },
      ],
    ],
  ],
  [
    'vercel',
    { type: 'vercel' },
    [['GET', 'https://api.vercel.com/v2/user', { ...json, Authorization: bearer }]],
  ],
  [
    'vercel team',
    { type: 'vercel', config: { team_id: 'team_abc' } },
    [['GET', 'https://api.vercel.com/v2/teams/team_abc', { ...json, Authorization: bearer }]],
  ],
  [
    'netlify',
    { type: 'netlify' },
    [['GET', 'https://api.netlify.com/api/v1/user', { ...json, Authorization: bearer }]],
  ],
  [
    'prometheus basic',
    { type: 'prometheus', mode: 'basic' },
    [
      ['GET', `${PROM}/query?query=1`, { ...json, Authorization: basic }],
      ['GET', `${PROM}/status/buildinfo`, { ...json, Authorization: basic }],
    ],
  ],
  [
    'prometheus bearer, health',
    { type: 'prometheus', mode: 'bearer', purpose: 'health' },
    [['GET', `${PROM}/query?query=1`, { ...json, Authorization: bearer }]],
  ],
  [
    'prometheus without a credential',
    { type: 'prometheus', mode: 'none' },
    [
      ['GET', `${PROM}/query?query=1`, json],
      ['GET', `${PROM}/status/buildinfo`, json],
    ],
  ],
  [
    'grafana service account',
    { type: 'grafana', mode: 'service_account', config: { org_id: 7 } },
    [
      [
        'GET',
        'https://grafana.example.com/api/org',
        { ...json, 'X-Grafana-Org-Id': '7', Authorization: bearer },
      ],
      [
        'GET',
        'https://grafana.example.com/api/health',
        { ...json, 'X-Grafana-Org-Id': '7', Authorization: bearer },
      ],
    ],
  ],
  [
    'grafana basic, health',
    { type: 'grafana', mode: 'basic', purpose: 'health' },
    [['GET', 'https://grafana.example.com/api/org', { ...json, Authorization: basic }]],
  ],
  [
    'generic_http key in a header',
    { type: 'generic_http', mode: 'api_key_header' },
    [['GET', 'https://api.example.com/', { ...any, 'X-API-Key': SECRETS[0] }]],
  ],
  [
    'generic_http key in the query',
    { type: 'generic_http', mode: 'api_key_query', config: { test_path: '/me?full=1' } },
    [['GET', `https://api.example.com/me?full=1&key=${SECRETS[0]}`, any]],
  ],
  [
    'generic_http bearer',
    {
      type: 'generic_http',
      mode: 'bearer',
      config: { base_url: 'http://10.0.0.1:8080/v1/', test_path: '/me' },
    },
    [['GET', 'http://10.0.0.1:8080/v1/me', { ...any, Authorization: bearer }]],
  ],
  [
    'generic_http basic',
    { type: 'generic_http', mode: 'basic' },
    [['GET', 'https://api.example.com/', { ...any, Authorization: basic }]],
  ],
  [
    'generic_http with a token of client credentials',
    { type: 'generic_http', mode: 'client_credentials' },
    [['GET', 'https://api.example.com/', { ...any, Authorization: bearer }]],
  ],
  [
    'generic_http with a signed JWT',
    { type: 'generic_http', mode: 'jwt' },
    [['GET', 'https://api.example.com/', { ...any, Authorization: bearer }]],
  ],
  [
    'generic_http with a client certificate, which is in no header',
    { type: 'generic_http', mode: 'mtls' },
    [['GET', 'https://api.example.com/', any]],
  ],
  [
    'github app',
    { type: 'github', mode: 'github_app' },
    [['GET', 'https://api.github.com/installation/repositories?per_page=1', github]],
  ],
  [
    'github app that was installed',
    { type: 'github', mode: 'app_installation' },
    [['GET', 'https://api.github.com/installation/repositories?per_page=1', github]],
  ],
];

describe('buildRequests', () => {
  it.each(table)('%s', (_name, call, expected) => {
    expect(requestsFor(call).map(({ method, url, headers }) => [method, url, headers])).toEqual(expected);
    expect(requestsFor(call).every(({ body }) => body === undefined)).toBe(true);
  });

  it('has a row for every way of every type', () => {
    const rows = new Set(table.map(([, { type, mode }]) => `${type}/${wayOf(manifestOf(type), mode).id}`));
    const ways = catalogue
      .list()
      .filter(({ provider }) => provider === 'manifest')
      // Those with a consent have theirs in oauth.spec.ts.
      .flatMap(({ id, auth }) => auth.filter(({ oauth2 }) => !oauth2).map((way) => `${id}/${way.id}`));
    expect(ways.filter((way) => !rows.has(way))).toEqual([]);
  });

  it('puts secrets into addresses only where the manifest says query', () => {
    for (const [, call] of table) {
      const inUrl = requestsFor(call).some(({ url }) => url.includes(SECRETS[0]));
      expect(inUrl).toBe(call.mode === 'api_key_query');
    }
  });

  it('carries the TLS settings', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(requestsFor({ type: 'argocd' })[0]).toMatchObject({ tlsVerify: true });
    expect(requestsFor({ type: 'argocd' })[0]).not.toHaveProperty('caCertificate');
    expect(
      requestsFor({ type: 'argocd', config: { tls_verify: false, ca_certificate: pem } })[0],
    ).toMatchObject({
      tlsVerify: false,
      caCertificate: pem,
    });
    expect(requestsFor({ type: 'github', config: { tls_verify: undefined } })[0]?.tlsVerify).toBe(true);
  });

  it('marks what may fail, and checks health with what may not', () => {
    expect(requestsFor({ type: 'argocd' }).map(({ step, optional }) => [step, optional])).toEqual([
      ['applications', false],
      ['identity', false],
      ['version', true],
    ]);
    for (const manifest of catalogue.list()) {
      for (const way of manifest.auth) {
        expect(stepsOf(manifest, way, 'health').every(({ optional }) => !optional)).toBe(true);
      }
    }
  });

  it('takes the expected status from config', () => {
    expect(requestsFor({ type: 'generic_http' })[0]?.expectedStatuses).toEqual(['2xx']);
    expect(
      requestsFor({ type: 'generic_http', config: { expected_status: 204 } })[0]?.expectedStatuses,
    ).toEqual([204]);
  });

  it('sends a prefix and a header name of the person’s choice', () => {
    const manifest = manifestOf('generic_http');
    const build = (credentials: Record<string, string>) =>
      buildRequests(
        manifest,
        wayOf(manifest),
        configFor(manifest),
        { api_key: 'k', ...credentials },
        'test',
      )[0]?.headers;
    expect(build({ header_name: 'Authorization', prefix: 'Token ' })).toEqual({
      ...any,
      Authorization: 'Token k',
    });
    expect(build({ header_name: 'accept' })).toEqual({ 'User-Agent': 'Latchkey', accept: 'k' });
    for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'a b', 'a\r\nb']) {
      expect(() => build({ header_name: name })).toThrow(ConfigurationError);
    }
    for (const key of [`${SECRETS[0]}\r\nX-Evil: 1`, `${SECRETS[0]}\0`, `${SECRETS[0]}€`]) {
      expect(() => build({ api_key: key })).toThrow(ConfigurationError);
      expect(() => build({ api_key: key })).not.toThrow(/canary/);
    }
  });

  it('encodes Basic as UTF-8 and allows an empty password', () => {
    const manifest = manifestOf('generic_http');
    const way = wayOf(manifest, 'basic');
    const header = (credentials: Record<string, string>) =>
      buildRequests(manifest, way, configFor(manifest), credentials, 'test')[0]?.headers.Authorization;
    expect(header({ username: 'key' })).toBe(`Basic ${Buffer.from('key:').toString('base64')}`);
    expect(header({ username: 'ü', password: 'é:€' })).toBe(
      `Basic ${Buffer.from('ü:é:€', 'utf8').toString('base64')}`,
    );
  });

  it.each([
    ['argocd', {}, 'Server URL is not set'],
    ['supabase', {}, 'Project reference is not set'],
    ['argocd', { server_url: 'file:///etc/passwd' }, 'The address of the service cannot be used'],
    ['argocd', { server_url: 'https://u:p@a.example' }, 'The address of the service cannot be used'],
    ['argocd', { server_url: ['x'] }, 'A setting cannot be used'],
    [
      'generic_http',
      { base_url: 'https://a.example', test_path: '/../admin' },
      'The path of the request is not safe',
    ],
    [
      'generic_http',
      { base_url: 'https://a.example', test_path: '/%2e%2e/admin' },
      'The path of the request is not safe',
    ],
  ])('%s with %j: %s', (id, config, message) => {
    const manifest = manifestOf(id);
    const way = wayOf(manifest, id === 'supabase' ? 'project_api_key' : undefined);
    const build = () => buildRequests(manifest, way, config, credentialsFor(manifest, way), 'test');
    expect(build).toThrow(ConfigurationError);
    expect(build).toThrow(message);
  });

  it('keeps a team ID inside its segment of the path', () => {
    expect(() => requestsFor({ type: 'vercel', config: { team_id: '../user' } })).toThrow(ConfigurationError);
    const [request] = requestsFor({ type: 'vercel', config: { team_id: 'a/b?c#d' } });
    expect(request?.url).toBe('https://api.vercel.com/v2/teams/a%2Fb%3Fc%23d');
  });

  it('leaves types with code to their code', () => {
    expect(() => requestsFor({ type: 'postgres' })).toThrow('postgres is tested by code: postgres');
  });
});

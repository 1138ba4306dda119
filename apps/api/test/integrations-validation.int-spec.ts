import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench, SEED_EXAMPLE } from './support/argocd.js';

let bench: ArgoBench;

beforeAll(async () => {
  bench = await ArgoBench.start();
});

afterAll(() => bench.close());

/** A body as text, so that it can be wrong in any way. */
const raw = (text: string, type = 'application/json') =>
  bench.testApp.http
    .post('/api/v1/integrations')
    .set('authorization', `Bearer ${bench.admin.accessToken}`)
    .set('content-type', type)
    .send(text);

const api = () => bench.testApp.as(bench.admin);

let before: Record<string, number>;

beforeEach(async () => {
  before = await bench.counts();
});

async function nothingKept(): Promise<void> {
  expect(await bench.counts()).toEqual(before);
  expect(bench.counterpart.requests).toHaveLength(0);
}

const { config, credentials } = SEED_EXAMPLE;
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

describe('a field that is wrong', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['type as a number', { integration_type_id: 7 }, 'integration_type_id'],
    ['unknown type', { integration_type_id: 'nothing' }, 'integration_type_id'],
    ['type of the prototype', { integration_type_id: '__proto__' }, 'integration_type_id'],
    ['type of Object', { integration_type_id: 'constructor' }, 'integration_type_id'],
    ['no type', { integration_type_id: undefined }, 'integration_type_id'],
    ['name as a number', { name: 42 }, 'name'],
    ['blank name', { name: ' \t\n ' }, 'name'],
    ['empty name', { name: '' }, 'name'],
    ['name of 10,000 characters', { name: 'x'.repeat(10_000) }, 'name'],
    ['name with NUL', { name: 'a\0b' }, 'name'],
    ['no name', { name: undefined }, 'name'],
    ['description as a list', { description: ['a'] }, 'description'],
    ['description with NUL', { description: '\0' }, 'description'],
    ['description of 2,001 characters', { description: 'x'.repeat(2001) }, 'description'],
    ['config as a list', { config: [] }, 'config'],
    ['config as a text', { config: 'x' }, 'config'],
    ['no config', { config: undefined }, 'config'],
    ['config that is null', { config: null }, 'config'],
    ['config too deep', { config: deep(5) }, 'config'],
    [
      'config with too many fields',
      {
        config: Object.fromEntries(
          Array(80)
            .fill(0)
            .map((_, n) => [`f${n}`, n]),
        ),
      },
      'config',
    ],
    ['unknown config field', { config: { ...config, nonsense: 1 } }, 'config.nonsense'],
    ['toString in config', { config: { ...config, toString: 'x' } }, 'config.toString'],
    ['missing config field', { config: {} }, 'config.server_url'],
    ['address as a number', { config: { ...config, server_url: 1 } }, 'config.server_url'],
    ['address that is none', { config: { ...config, server_url: 'argocd' } }, 'config.server_url'],
    [
      'address of a script',
      { config: { ...config, server_url: 'javascript:alert(1)' } },
      'config.server_url',
    ],
    [
      'address with a password',
      { config: { ...config, server_url: 'https://u:p@a.example' } },
      'config.server_url',
    ],
    [
      'address with a query',
      { config: { ...config, server_url: 'https://a.example?x' } },
      'config.server_url',
    ],
    ['switch as a text', { config: { ...config, tls_verify: 'false' } }, 'config.tls_verify'],
    ['number as a text', { config: { ...config, sync_interval: '300' } }, 'config.sync_interval'],
    ['number that is too small', { config: { ...config, sync_interval: -1 } }, 'config.sync_interval'],
    ['fraction for a whole number', { config: { ...config, sync_interval: 300.5 } }, 'config.sync_interval'],
    ['namespace with NUL', { config: { ...config, namespace: 'a\0' } }, 'config.namespace'],
    ['certificate with NUL', { config: { ...config, ca_certificate: 'a\0' } }, 'config.ca_certificate'],
    ['half a character', { config: { ...config, ca_certificate: 'a\ud800' } }, 'config.ca_certificate'],
    ['no credentials', { credentials: undefined }, 'credentials'],
    ['credentials as a list', { credentials: [credentials] }, 'credentials'],
    ['credentials without a type', { credentials: { auth_token: 'x' } }, 'credentials.credential_type'],
    [
      'credentials of another type',
      { credentials: { credential_type: 'ssh_key' } },
      'credentials.credential_type',
    ],
    [
      'type of credentials as a list',
      { credentials: { credential_type: ['api_token'] } },
      'credentials.credential_type',
    ],
    ['empty credential', { credentials: { ...credentials, auth_token: '' } }, 'credentials.auth_token'],
    ['credential as a number', { credentials: { ...credentials, auth_token: 1 } }, 'credentials.auth_token'],
    [
      'credential with a line break',
      { credentials: { ...credentials, auth_token: 'a\nb' } },
      'credentials.auth_token',
    ],
    ['unknown credential field', { credentials: { ...credentials, password: 'x' } }, 'credentials.password'],
    ['team that is no id', { team_ids: ['x'] }, 'team_ids'],
    ['team of nobody', { team_ids: ['019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99'] }, 'team_ids'],
    ['teams as a text', { team_ids: '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99' }, 'team_ids'],
    ['too many teams', { team_ids: Array(101).fill('019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99') }, 'team_ids'],
    ['test as a text', { test: 'true' }, 'test'],
    ['unknown field', { status: 'active' }, 'status'],
    [
      'organisation of another',
      { organization_id: '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99' },
      'organization_id',
    ],
  ])('is named: %s', async (_, change, field) => {
    const { body } = await raw(JSON.stringify({ ...SEED_EXAMPLE, ...change })).expect(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
    expect(Object.keys(body.error.details)).toEqual([field]);
    expect(body.error.details[field]).toContainEqual(expect.stringMatching(/\w/));
    await nothingKept();
  });

  it('is named together with all others', async () => {
    const { body } = await raw(
      JSON.stringify({
        ...SEED_EXAMPLE,
        config: { server_url: 'x', tls_verify: 1 },
        credentials: { credential_type: 'api_token' },
      }),
    ).expect(400);
    expect(Object.keys(body.error.details).sort()).toEqual([
      'config.server_url',
      'config.tls_verify',
      'credentials.auth_token',
    ]);
  });
});

describe('a body that cannot be', () => {
  it.each([
    ['malformed JSON', '{"name": '],
    ['a list', '[]'],
    ['a list with an object', `[${JSON.stringify(SEED_EXAMPLE)}]`],
    ['a text', '"name"'],
    ['a number', '7'],
    ['null', 'null'],
    ['nothing', ''],
    ['the prototype', '{"__proto__": {"name": "x"}}'],
    ['the prototype further in', '{"config": {"__proto__": {"server_url": "https://a.example"}}}'],
    ['a prototype by constructor', '{"config": {"constructor": {"prototype": {"x": 1}}}}'],
    ['25 levels', JSON.stringify({ ...SEED_EXAMPLE, config: deep(25) })],
    ['200,000 levels', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('is refused in plain words: %s', async (_, text) => {
    const { body } = await raw(text).expect(400);
    expect(body).toMatchObject({
      success: false,
      error: {
        code: 'VALIDATION_FAILED',
        message: expect.not.stringMatching(/undefined|prototype|unknown value|Unexpected/),
        request_id: expect.any(String),
      },
    });
    await nothingKept();
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'is refused: %s',
    async (type) => {
      const { body } = await raw(JSON.stringify(SEED_EXAMPLE), type).expect(400);
      expect(body.error).toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining('application/json'),
      });
      await nothingKept();
    },
  );

  it('is refused by its size', async () => {
    const { body } = await raw(
      JSON.stringify({ ...SEED_EXAMPLE, description: 'x'.repeat(2 * 1024 * 1024) }),
    ).expect(413);
    expect(body.error).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('1 MiB'),
    });
    await nothingKept();
  });

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
  ])('is refused for credentials: %s', async (_, text) => {
    const { id } = await bench.create();
    await bench.testApp.http
      .patch(`/api/v1/integrations/${id}/credentials`)
      .set('authorization', `Bearer ${bench.admin.accessToken}`)
      .set('content-type', 'application/json')
      .send(text)
      .expect(400);
    await api().delete(`/integrations/${id}`).expect(200);
  });
});

describe('a field called constructor', () => {
  it('is left out wherever it stands', async () => {
    const { body } = await raw(
      JSON.stringify({
        ...SEED_EXAMPLE,
        constructor: 1,
        config: { ...config, constructor: 1 },
        credentials: { ...credentials, constructor: { name: 'x' } },
      }),
    ).expect(201);
    expect(body.data.integration.config).toEqual(config);
    const { body: inspected } = await api()
      .get(`/integrations/${body.data.integration.id}/credentials`)
      .expect(200);
    expect(inspected.data.credentials.fields).toEqual(['auth_token']);
    await api().delete(`/integrations/${body.data.integration.id}`).expect(200);
  });
});

describe('half a character', () => {
  it.each([
    ['a name', { name: 'half \ud800' }, 'name'],
    ['a description', { description: '\udc00 half' }, 'description'],
    [
      'a setting',
      {
        integration_type_id: 'generic_http',
        config: { base_url: 'https://api.example.com', test_path: '/\ud800' },
        credentials: { credential_type: 'api_token', token: 'x' },
      },
      'config.test_path',
    ],
  ])('is refused in %s, since it cannot be kept', async (_, change, field) => {
    const { body } = await raw(JSON.stringify({ ...SEED_EXAMPLE, ...change }))
      .set('idempotency-key', 'half')
      .expect(400);
    expect(Object.keys(body.error.details)).toEqual([field]);
  });

  it('in an answer of the provider does no harm', async () => {
    bench.counterpart.answers({
      'GET /api/v1/applications': { json: { items: [] } },
      'GET /api/v1/session/userinfo': { json: { loggedIn: true, username: `${'x'.repeat(199)}😀` } },
      'GET /api/version': { json: { Version: '\ud800 v3' } },
    });
    const { id } = await bench.create();
    const { body } = await api().post(`/integrations/${id}/test`).expect(200);
    expect(body.data.details).toMatchObject({ server_version: '\ufffd v3' });
    expect((await bench.read(id)).status).toBe('active');
  });
});

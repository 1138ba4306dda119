import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Counterpart, type Received } from './support/counterpart.js';
import { makeToken, readValue } from './support/programs.js';
import { type Account, TestApp } from './support/test-app.js';

const NETLIFY = 'https://api.netlify.com/api/v1/sites';

let counterpart: Counterpart;
let testApp: TestApp;
let admin: Account;

beforeAll(async () => {
  counterpart = await Counterpart.start();
  const hosts = counterpart.mapping('api.netlify.com', 'api.vercel.com', 'api.supabase.com');
  testApp = await TestApp.start({ environment: { EGRESS_HOST_MAP: hosts } });
  admin = await testApp.account();
});

beforeEach(() => counterpart.answers({}));

afterAll(async () => {
  await testApp.close();
  await counterpart.close();
});

async function create(type: string, fields: object = {}): Promise<string> {
  const credentials = { credential_type: 'api_token', auth_mode: 'access_token', access_token: 'a-token' };
  const form = { integration_type_id: type, name: 'Sites', config: {}, credentials, ...fields };
  const { body } = await testApp.as(admin).post('/integrations', form).expect(201);
  return body.data.integration.id;
}

const site = (number: number) => ({
  id: `site-${number}`,
  name: `Site ${number}`,
  ssl_url: `https://${number}.example`,
  password: 'not to be kept',
});
const sites = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => site(from + index));

const list = async (id: string, query = '') =>
  (await testApp.as(admin).get(`/integrations/${id}/resources${query}`).expect(200)).body.data.kinds;
const select = (id: string, ids: unknown, kind: unknown = 'sites') =>
  testApp.as(admin).put(`/integrations/${id}/resources`, { kind, ids });

const linking = (link: string | false): Record<string, string> => (link ? { link } : {});

const pageOf = ({ path }: Received) => Number(new URLSearchParams(path.split('?')[1]).get('page') ?? '1');

describe('what an account reaches', () => {
  it('is listed page after page by the links of the answers, with the credential of the integration', async () => {
    counterpart.answers({
      'GET /api/v1/sites': (request) => ({
        json: pageOf(request) === 1 ? sites(1, 100) : sites(101, 103),
        headers: linking(
          pageOf(request) === 1 && `<${NETLIFY}?page=2&per_page=100>; rel="next", <${NETLIFY}>; rel="first"`,
        ),
      }),
    });
    const kinds = await list(await create('netlify'));

    expect(kinds).toHaveLength(1);
    expect(kinds[0]).toMatchObject({ id: 'sites', title: 'Sites', truncated: false });
    expect(kinds[0].resources).toHaveLength(103);
    expect(kinds[0].resources[102]).toEqual({
      id: 'site-103',
      name: 'Site 103',
      details: { url: 'https://103.example' },
      selected: false,
      gone: false,
    });
    expect(
      counterpart.requests.map(({ method, path, headers }) => [method, path, headers.authorization]),
    ).toEqual([
      ['GET', '/api/v1/sites?per_page=100', 'Bearer a-token'],
      ['GET', '/api/v1/sites?page=2&per_page=100', 'Bearer a-token'],
    ]);
  });

  it('is listed by a cursor where the provider gives one', async () => {
    counterpart.answers({
      'GET /v2/teams': ({ path }) =>
        path.includes('until=17')
          ? { json: { teams: [{ id: 't2', name: 'Two', slug: 'two' }], pagination: { next: null } } }
          : { json: { teams: [{ id: 't1', name: 'One', slug: 'one' }], pagination: { next: 17 } } },
    });
    const [kind] = await list(await create('vercel'));

    expect(kind.resources.map(({ id }: { id: string }) => id)).toEqual(['t1', 't2']);
    expect(counterpart.requests.map(({ path }) => path)).toEqual([
      '/v2/teams?limit=100',
      '/v2/teams?limit=100&until=17',
    ]);
  });

  it('ends after ten pages, and says that there is more', async () => {
    counterpart.answers({
      'GET /api/v1/sites': (request) => ({
        json: sites(pageOf(request) * 10, pageOf(request) * 10 + 9),
        headers: { link: `<${NETLIFY}?page=${pageOf(request) + 1}>; rel=next` },
      }),
    });
    const [kind] = await list(await create('netlify'));

    expect([kind.resources.length, kind.truncated]).toEqual([100, true]);
    expect(counterpart.requests).toHaveLength(10);
  });

  it.each([
    ['another host', 'https://evil.example/api/v1/sites?page=2'],
    ['another path', 'https://api.netlify.com/api/v1/user?page=2'],
    ['the same page', `${NETLIFY}?per_page=100`],
  ])('is not asked for at %s, wherever a link leads', async (_what, next) => {
    counterpart.answers({
      'GET /api/v1/sites': { json: sites(1, 2), headers: { link: `<${next}>; rel="next"` } },
    });
    const [kind] = await list(await create('netlify'));

    expect(kind.resources).toHaveLength(2);
    expect(counterpart.requests.length).toBeLessThanOrEqual(2);
    expect(counterpart.requests.every(({ path }) => path.startsWith('/api/v1/sites'))).toBe(true);
  });

  it.each([
    [401, { message: 'x' }, 502, 'UPSTREAM_ERROR', 'auth'],
    [403, {}, 502, 'UPSTREAM_ERROR', 'permission'],
    [429, {}, 429, 'RATE_LIMITED', 'rate_limited'],
    [500, {}, 502, 'UPSTREAM_ERROR', 'bad_response'],
    [200, 'no list', 200, undefined, undefined],
  ])('that answers %s %j is told as %s %s', async (status, json, answered, code, kind) => {
    counterpart.answers({
      'GET /api/v1/sites': { status, json, headers: status === 429 ? { 'retry-after': '9' } : {} },
    });
    const answer = await testApp.as(admin).get(`/integrations/${await create('netlify')}/resources`);

    expect([answer.status, answer.body.error?.code, answer.body.error?.details?.kind]).toEqual([
      answered,
      code,
      kind,
    ]);
    if (status === 429) expect(answer.headers['retry-after']).toBe('9');
  });

  it('is nothing where the type has nothing to choose, or the way does not reach it', async () => {
    const key = { credential_type: 'api_token', auth_mode: 'project_api_key', api_key: 'k' };
    const id = await create('supabase', { config: { project_ref: 'abc' }, credentials: key });

    expect(await list(id)).toEqual([]);
    await testApp.as(admin).get(`/integrations/${id}/resources?kind=projects`).expect(400);
    expect((await select(id, ['p1'], 'projects')).status).toBe(400);
    expect(counterpart.requests).toEqual([]);
  });

  it('is not asked for while the integration is disabled', async () => {
    const id = await create('netlify');
    await testApp.as(admin).post(`/integrations/${id}/disable`).expect(200);
    await testApp.as(admin).get(`/integrations/${id}/resources`).expect(409);
    expect(counterpart.requests).toEqual([]);
  });
});

describe('a choice', () => {
  beforeEach(() => counterpart.answers({ 'GET /api/v1/sites': { json: sites(1, 4) } }));

  it('is kept with names, seen with the integration and by programs, and can be changed', async () => {
    const id = await create('netlify');
    const token = await makeToken(testApp, admin);
    const values = async () => (await readValue(testApp, token, id).expect(200)).body.data.credential;
    expect((await values()).selected_resources).toEqual([]);

    const { body } = await select(id, ['site-3', 'site-1', 'site-1']).expect(200);
    const kept = [1, 3].map((number) => ({
      kind: 'sites',
      id: `site-${number}`,
      name: `Site ${number}`,
      details: { url: `https://${number}.example` },
    }));
    expect(body.data.selected_resources).toEqual(kept);
    const shown = await testApp.as(admin).get(`/integrations/${id}`).expect(200);
    expect(shown.body.data.integration.selected_resources).toEqual(kept);
    expect((await values()).selected_resources).toEqual(kept);
    expect((await list(id))[0].resources.map(({ selected }: { selected: boolean }) => selected)).toEqual([
      true,
      false,
      true,
      false,
    ]);

    await select(id, ['site-4']).expect(200);
    expect((await values()).selected_resources).toMatchObject([{ id: 'site-4' }]);
    await select(id, []).expect(200);
    expect((await values()).selected_resources).toEqual([]);
    const rows = await testApp.sql<{ metadata: object }>(
      "SELECT metadata FROM audit_logs WHERE action = 'integration.resources_selected' AND resource_id = $1 ORDER BY sequence",
      [id],
    );
    expect(rows.map(({ metadata }) => metadata)).toEqual([
      { kind: 'sites', ids: ['site-3', 'site-1'] },
      { kind: 'sites', ids: ['site-4'] },
      { kind: 'sites', ids: [] },
    ]);
  });

  it('stays, and is marked, when the account does not reach it any more', async () => {
    const id = await create('netlify');
    await select(id, ['site-1', 'site-2']).expect(200);
    counterpart.answers({ 'GET /api/v1/sites': { json: sites(2, 3) } });

    const [kind] = await list(id);
    expect(
      kind.resources.map((each: { id: string; selected: boolean; gone: boolean }) => [
        each.id,
        each.selected,
        each.gone,
      ]),
    ).toEqual([
      ['site-2', true, false],
      ['site-3', false, false],
      ['site-1', true, true],
    ]);
    await select(id, ['site-1', 'site-3']).expect(200);
    await select(id, ['site-3']).expect(200);
    expect((await select(id, ['site-1'])).status).toBe(400);
  });

  it.each([
    ['what the account does not reach', ['site-9']],
    ['no list', 'site-1'],
    ['numbers', [1]],
    ['too much', Array.from({ length: 501 }, (_, index) => `site-${index}`)],
  ])('cannot be %s', async (_what, ids) => {
    const id = await create('netlify');

    expect((await select(id, ids)).status).toBe(400);
    expect(
      (await testApp.as(admin).get(`/integrations/${id}`)).body.data.integration.selected_resources,
    ).toEqual([]);
  });

  it('is not for those who may only look', async () => {
    const id = await create('netlify');
    const viewer = await testApp.member(admin.organizationId, 'viewer');

    await testApp.as(viewer).get(`/integrations/${id}/resources`).expect(200);
    await testApp.as(viewer).put(`/integrations/${id}/resources`, { kind: 'sites', ids: [] }).expect(403);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RepositorySyncs } from '../src/github-app/repositories/repository-sync.service.js';
import { type FakeRepository, repository } from './support/github.js';
import { GitHubStage } from './support/github-stage.js';
import { round } from './support/watch.js';

interface Row {
  id: string;
  github_id: string;
  full_name: string;
  visibility: string;
  archived: boolean;
  default_branch: string;
  removed_at: string | null;
}

let stage: GitHubStage;
let next = 3000;
let integrationId: string;

beforeAll(async () => {
  stage = await GitHubStage.start();
});

afterAll(() => stage.close());

const many = (count: number): FakeRepository[] => {
  const base = (next += 1) * 1000;
  return Array.from({ length: count }, (_, index) =>
    repository(base + index, `repo-${String(index).padStart(3, '0')}`),
  );
};

beforeEach(async () => {
  stage.github.intercept = () => undefined;
  stage.github.repositories = many(250);
  integrationId = await stage.connected((next += 1), `org-${next}`);
  stage.github.server.requests.length = 0;
});

async function all(): Promise<Row[]> {
  const pages = await Promise.all(
    [1, 2, 3, 4].map((page) => stage.repositories(integrationId, `?per_page=100&page=${page}`)),
  );
  return pages.flatMap(({ repositories }) => repositories as Row[]);
}

const state = async () => (await stage.repositories(integrationId)).sync;
const ask = () => stage.api.post(`/integrations/${integrationId}/repositories/sync`).expect(202);
const reached = (rows: Row[]) => rows.filter(({ removed_at: removed }) => removed === null).length;

describe('a sync', () => {
  it('reads all pages of a hundred, as the installation', async () => {
    await stage.sync(integrationId);
    expect(await state()).toMatchObject({
      state: 'completed',
      total: 250,
      done: 250,
      added: 250,
      removed: 0,
      error: null,
    });
    expect(await all()).toHaveLength(250);
    const paths = stage.github.requests('GET', '/installation/repositories').map(({ path }) => path);
    expect(paths).toHaveLength(3);
    expect(paths.every((path) => path.includes('per_page=100'))).toBe(true);
    const { headers } = stage.github.requests('GET', '/installation/repositories').at(-1)!;
    expect([headers.host, headers.authorization]).toEqual([
      'api.github.com',
      expect.stringMatching(/^Bearer ghs_/),
    ]);
  });

  it('keeps the row of what was renamed, and notices visibility, archiving and the default branch', async () => {
    await stage.sync(integrationId);
    const before = new Map((await all()).map((row) => [row.github_id, row.id]));
    const [one, two, three] = stage.github.repositories;
    Object.assign(one!, { full_name: 'octo-org/another-name' });
    Object.assign(two!, { visibility: 'public', private: false, archived: true });
    Object.assign(three!, { default_branch: 'trunk' });
    await ask();
    await stage.sync(integrationId);

    expect(await state()).toMatchObject({ added: 0, changed: 3, removed: 0 });
    const rows = new Map((await all()).map((row) => [row.github_id, row]));
    expect(rows.get(String(one!.id))).toMatchObject({
      full_name: 'octo-org/another-name',
      id: before.get(String(one!.id)),
    });
    expect(rows.get(String(two!.id))).toMatchObject({ visibility: 'public', archived: true });
    expect(rows.get(String(three!.id))).toMatchObject({ default_branch: 'trunk' });
  });

  it('marks what is gone, and takes it back when it returns', async () => {
    await stage.sync(integrationId);
    const gone = stage.github.repositories.splice(0, 10);
    await ask();
    await stage.sync(integrationId);
    expect(await state()).toMatchObject({ removed: 10 });
    expect([(await all()).length, reached(await all())]).toEqual([250, 240]);

    stage.github.repositories.push(...gone);
    await ask();
    await stage.sync(integrationId);
    expect(reached(await all())).toBe(250);
  });

  it('that fails at page 2 removes nothing, says why and goes on later', async () => {
    await stage.sync(integrationId);
    stage.github.repositories.splice(0, 100);
    stage.github.intercept = (route, { path }) =>
      route.endsWith('/installation/repositories') && path.includes('page=2')
        ? { status: 502, text: 'Bad gateway' }
        : undefined;
    await ask();
    await stage.sync(integrationId);

    expect(reached(await all())).toBe(250);
    expect(await state()).toMatchObject({
      state: 'queued',
      error:
        'GitHub did not list the repositories: it answered with status 502. The answer was not what this service normally sends: check that the server URL points to its API. It goes on by itself in 1 min.',
    });
    await stage.sync(integrationId);
    expect((await state()).state).toBe('queued');
  });

  it('takes for gone what is gone, and not what shifting pages hid', async () => {
    await stage.sync(integrationId);
    stage.github.intercept = (route, { path }) => {
      // Ten of the first page are deleted while the second is asked for, so that ten of the second are never shown.
      if (route.endsWith('/installation/repositories') && path.includes('page=2')) {
        stage.github.repositories.splice(0, 10);
        stage.github.repositories.push(...many(10));
        stage.github.intercept = () => undefined;
      }
      return undefined;
    };
    await ask();
    await stage.sync(integrationId);
    // What went while it was read was seen: the next one takes it away.
    expect(await state()).toMatchObject({ state: 'completed', added: 10, removed: 0, total: 250 });
    await ask();
    await stage.sync(integrationId);
    expect(await state()).toMatchObject({ state: 'completed', added: 0, removed: 10 });
    expect(reached(await all())).toBe(250);
  });

  it('waits for as long as GitHub asks', async () => {
    stage.github.intercept = (route) =>
      route.endsWith('/installation/repositories')
        ? {
            status: 403,
            headers: { 'retry-after': '120' },
            json: { message: 'You have exceeded a secondary rate limit' },
          }
        : undefined;
    await stage.sync(integrationId);
    expect(await state()).toMatchObject({
      state: 'queued',
      error: expect.stringContaining('GitHub is limiting our calls'),
    });
    const [row] = await stage.testApp.sql<{ seconds: number }>(
      'SELECT round(extract(epoch FROM lease_until - now()))::int AS seconds FROM repository_syncs WHERE integration_id = $1',
      [integrationId],
    );
    expect(row!.seconds).toBeGreaterThan(110);
    stage.github.server.requests.length = 0;
    await ask();
    await stage.sync(integrationId);
    expect(stage.github.server.requests).toEqual([]);
  });
});

describe('two syncs at once', () => {
  it('are one that runs, and another after it when it was asked for meanwhile', async () => {
    const reached2 = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    stage.github.intercept = async (route, { path }) => {
      if (!route.endsWith('/installation/repositories') || !path.includes('page=2'))
        return undefined as never;
      reached2.resolve();
      await goOn.promise;
      return undefined as never;
    };
    const first = stage.sync(integrationId);
    await reached2.promise;
    await stage.sync(integrationId);
    expect((await state()).state).toBe('running');
    await ask();
    await ask();
    goOn.resolve();
    await first;
    expect(await state()).toMatchObject({ state: 'queued', added: 250 });
    expect(stage.github.requests('GET', '/installation/repositories')).toHaveLength(3);
  });

  it('do not both write when one was thought dead', async () => {
    const reached2 = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let held = true;
    stage.github.intercept = async (route, { path }) => {
      if (held && route.endsWith('/installation/repositories') && path.includes('page=2')) {
        held = false;
        reached2.resolve();
        await goOn.promise;
      }
      return undefined as never;
    };
    const first = stage.sync(integrationId);
    await reached2.promise;
    await stage.testApp.sql(
      "UPDATE repository_syncs SET lease_until = now() - interval '1 second' WHERE integration_id = $1",
      [integrationId],
    );
    await stage.testApp.app.get(RepositorySyncs, { strict: false }).resume();
    await stage.sync(integrationId);
    expect(await state()).toMatchObject({ state: 'completed', done: 250 });
    const { finished_at: finished } = await state();
    goOn.resolve();
    await first;
    expect(await state()).toMatchObject({ state: 'completed', done: 250, finished_at: finished });
    expect(reached(await all())).toBe(250);
  });
});

describe('the list', () => {
  it('is searched, filtered and paged', async () => {
    stage.github.repositories[7]!.archived = true;
    await stage.sync(integrationId);
    const found = await stage.repositories(integrationId, '?q=REPO-00&per_page=5&page=2');
    expect(found.pagination).toEqual({ total: 10, page: 2, per_page: 5 });
    expect(found.repositories.map(({ full_name: name }: Row) => name)).toEqual(
      [5, 6, 7, 8, 9].map((each) => `octo-org/repo-00${each}`),
    );
    expect((await stage.repositories(integrationId, '?archived=true')).pagination.total).toBe(1);
    expect((await stage.repositories(integrationId, '?q=100%25_')).pagination.total).toBe(0);
    await stage.api.get(`/integrations/${integrationId}/repositories?archived=maybe`).expect(400);
  });

  it('is nobody else’s', async () => {
    const stranger = await stage.testApp.account();
    await stage.testApp.as(stranger).get(`/integrations/${integrationId}/repositories`).expect(404);
    await stage.testApp.as(stranger).post(`/integrations/${integrationId}/sync`).expect(404);
    const viewer = await stage.testApp.member(stage.admin.organizationId, 'viewer');
    await stage.testApp.as(viewer).get(`/integrations/${integrationId}/repositories`).expect(200);
    await stage.testApp.as(viewer).post(`/integrations/${integrationId}/repositories/sync`).expect(403);
  });
});

describe('an integration with a token of a person', () => {
  const form = {
    integration_type_id: 'github',
    name: 'With a token',
    config: {},
    credentials: { credential_type: 'api_token', access_token: 'ghp_of_a_person' },
  };

  it('reads what the person reaches, for the first time when the token has worked', async () => {
    stage.github.intercept = (route, { headers }) =>
      headers.authorization === 'Bearer ghp_of_a_person' && route === 'GET /user'
        ? { json: { login: 'octocat' } }
        : headers.authorization === 'Bearer ghp_of_a_person' && route === 'GET /user/repos'
          ? { json: stage.github.repositories.slice(0, 3) }
          : undefined;
    const { body } = await stage.api.post('/integrations', form).expect(201);
    const { id } = body.data.integration;
    expect((await stage.repositories(id)).sync).toBeNull();
    await round(stage.testApp.app);
    expect((await stage.repositories(id)).sync.state).toBe('queued');
    await stage.sync(id);
    expect((await stage.repositories(id)).repositories).toHaveLength(3);
  });

  it('has nothing to sync where it is not of GitHub, or disabled', async () => {
    const other = {
      integration_type_id: 'generic_http',
      name: 'Other',
      config: { base_url: 'https://api.example.com' },
    };
    const credentials = { credential_type: 'api_token', auth_mode: 'bearer', token: 'abcdef' };
    const { body } = await stage.api.post('/integrations', { ...other, credentials }).expect(201);
    const refused = await stage.api.post(`/integrations/${body.data.integration.id}/sync`).expect(409);
    expect(refused.body.error.message).toContain('nothing to sync');
    await stage.api.post(`/integrations/${integrationId}/disable`).expect(200);
    await stage.api.post(`/integrations/${integrationId}/sync`).expect(409);
  });
});

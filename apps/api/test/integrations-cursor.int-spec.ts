import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoIntegrations } from '../src/integrations/demo/demo-integrations.js';
import { type Account, TestApp } from './support/test-app.js';

const MADE = 250;

let testApp: TestApp;
let admin: Account;
let developer: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
  developer = await testApp.member(admin.organizationId, 'developer');
  const { organizationId, userId } = admin;
  const demo = testApp.app.get(DemoIntegrations, { strict: false });
  await demo.make({ kind: 'system', component: 'test' }, { organizationId, createdBy: userId }, MADE);
  // Some have the same name and time as others, to the microsecond, and some were never checked.
  await testApp.sql(
    `UPDATE integrations SET name = 'Same', created_at = '2026-01-01 00:00:00.000123+00'
     WHERE get_byte(uuid_send(id), 15) % 3 = 0`,
  );
  await testApp.sql(
    'UPDATE integrations SET last_checked_at = NULL WHERE get_byte(uuid_send(id), 15) % 4 = 0',
  );
});

afterAll(() => testApp.close());

interface Page {
  integrations: { id: string }[];
  pagination: { total: number; total_is_estimate?: boolean };
  next_cursor: string | null;
}

async function page(query: string, account: Account): Promise<Page> {
  const { body } = await testApp.as(account).get(`/integrations?${query}`).expect(200);
  return body.data;
}

/** Every id of a list, by its cursors. */
async function walk(query: string, account: Account): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor ? `&cursor=${cursor}` : '';
    const found: Page = await page(`${query}&per_page=37${after}`, account);
    ids.push(...found.integrations.map(({ id }) => id));
    cursor = found.next_cursor;
  }
  return ids;
}

/** The same by numbers of pages. */
async function leaf(query: string, account: Account): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; ; number += 1) {
    const { integrations } = await page(`${query}&per_page=100&page=${number}`, account);
    if (integrations.length === 0) return ids;
    ids.push(...integrations.map(({ id }) => id));
  }
}

describe.each([
  ['an admin', () => admin],
  ['a developer', () => developer],
])('a list by its cursors, for %s', (_, account) => {
  it.each(['name', '-name', 'created_at', '-created_at', 'last_checked_at', '-last_checked_at'])(
    'has each once, in the order of the pages: %s',
    async (sort) => {
      const walked = await walk(`sort=${sort}`, account());
      expect(walked).toHaveLength(MADE);
      expect(walked).toEqual(await leaf(`sort=${sort}`, account()));
    },
  );

  it.each(['q=production', 'status=error', 'type=argocd&sort=name'])(
    'keeps its filters: %s',
    async (query) => {
      const walked = await walk(query, account());
      expect(walked.length).toBeGreaterThan(0);
      expect(walked).toEqual(await leaf(query, account()));
    },
  );
});

describe('a cursor', () => {
  it('goes on where it was, whatever was added or deleted meanwhile', async () => {
    const first = await page('sort=created_at&per_page=10', admin);
    const last = first.integrations.at(-1)!;
    const [next] = (await page(`sort=created_at&per_page=10&cursor=${first.next_cursor}`, admin))
      .integrations;
    await testApp.sql('DELETE FROM integrations WHERE id = $1', [last.id]);
    const again = await page(`sort=created_at&per_page=10&cursor=${first.next_cursor}`, admin);
    expect(again.integrations[0]).toEqual(next);
  });

  it('is refused in another order, and when it is none', async () => {
    const { next_cursor: cursor } = await page('sort=name&per_page=10', admin);
    const api = testApp.as(admin);
    const refused = await api.get(`/integrations?sort=-name&cursor=${cursor}`).expect(400);
    expect(refused.body.error.details.cursor).toBeDefined();
    await api.get('/integrations?cursor=nonsense').expect(400);
  });

  it('of another organisation shows nothing of it', async () => {
    const { next_cursor: cursor } = await page('sort=name&per_page=10', admin);
    const found = await page(`sort=name&cursor=${cursor}`, await testApp.account());
    expect(found).toMatchObject({ integrations: [], next_cursor: null });
  });
});

describe('how many there are', () => {
  it('is exact up to 10,000, and an estimate that says so beyond', async () => {
    const other = await testApp.account();
    const insert = (count: number) =>
      testApp.sql(
        `INSERT INTO integrations (organization_id, id, integration_type_id, name, auth_mode, status)
         SELECT $1, uuidv7(), 'argocd', 'n', 'api_token', 'active' FROM generate_series(1, $2)`,
        [other.organizationId, count],
      );
    await insert(10_000);
    expect((await page('status=active', other)).pagination).toEqual({ total: 10_000, page: 1, per_page: 20 });
    await insert(1);
    await testApp.sql('ANALYZE integrations');
    const { pagination } = await page('', other);
    expect(pagination.total_is_estimate).toBe(true);
    expect(pagination.total).toBeGreaterThan(10_000);
    expect(pagination.total).toBeLessThan(20_000);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoIntegrations } from '../src/integrations/demo/demo-integrations.js';
import { type Account, TestApp } from './support/test-app.js';

/** So many that what is found of them is kept as known while somebody pages. */
const MADE = 1600;
const PER_PAGE = 100;

let testApp: TestApp;
let admin: Account;
let developer: Account;
let other: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
  developer = await testApp.member(admin.organizationId, 'developer');
  other = await testApp.account();
  const demo = testApp.app.get(DemoIntegrations, { strict: false });
  for (const [{ organizationId, userId }, count] of [
    [admin, MADE],
    [other, 60],
  ] as const)
    await demo.make({ kind: 'system', component: 'test' }, { organizationId, createdBy: userId }, count);
  // Some have the same name and time as others, to the microsecond; some are of a team.
  await testApp.sql(
    `UPDATE integrations SET name = 'Same', created_at = '2026-01-01 00:00:00.000123+00'
     WHERE get_byte(uuid_send(id), 15) % 3 = 0`,
  );
  await testApp.sql('INSERT INTO teams (organization_id, id, name) VALUES ($1, $1, $2)', [
    admin.organizationId,
    'Team',
  ]);
  await testApp.sql(
    `INSERT INTO integration_teams (organization_id, integration_id, team_id)
     SELECT organization_id, id, organization_id FROM integrations
     WHERE organization_id = $1 AND get_byte(uuid_send(id), 15) % 5 = 0`,
    [admin.organizationId],
  );
});

afterAll(() => testApp.close());

const ORDERS: Record<string, string> = {
  '-created_at': 'i.created_at DESC, i.id DESC',
  created_at: 'i.created_at, i.id',
  name: 'i.name COLLATE "C", i.id',
  '-name': 'i.name COLLATE "C" DESC, i.id DESC',
  last_checked_at: "coalesce(i.last_checked_at, '-infinity'), i.id",
};

/** Whose each word is, read from all words there are. */
async function expected(
  { organizationId }: Account,
  query: URLSearchParams,
  sort: string,
  isDeveloper: boolean,
) {
  const rows = await testApp.sql<{ id: string }>(
    `SELECT i.id FROM integrations i WHERE i.organization_id = $1
       AND ($3::text IS NULL OR i.status = $3) AND ($4::text IS NULL OR i.integration_type_id = $4)
       AND (NOT $5 OR NOT EXISTS (SELECT FROM integration_teams t
         WHERE t.organization_id = i.organization_id AND t.integration_id = i.id))
       AND NOT EXISTS (SELECT FROM unnest($2::text[]) word WHERE NOT EXISTS (
         SELECT FROM integration_terms w
         WHERE w.organization_id = $1 AND w.integration_id = i.id AND starts_with(w.term, word)))
     ORDER BY ${ORDERS[sort]}`,
    [organizationId, query.get('q')!.split(' '), query.get('status'), query.get('type'), isDeveloper],
  );
  return rows.map(({ id }) => id);
}

async function page(query: string, account: Account) {
  const { body } = await testApp.as(account).get(`/integrations?${query}`).expect(200);
  const { integrations, pagination, next_cursor: cursor } = body.data;
  return { ids: integrations.map(({ id }: { id: string }) => id), total: pagination.total, cursor };
}

const QUERIES = [
  'q=argo',
  'q=s',
  'q=prod',
  'q=1',
  'q=prod+argo',
  'q=production+staging',
  'q=1+2',
  'q=s+1',
  'q=s+t+p',
  'q=in+uses+the+team+what+mob',
  'q=prod+1233',
  'q=prod+1233&status=active',
  'q=prod+nothing',
  'q=s&status=active',
  'q=argo&status=error',
  'q=argo&type=argocd',
  'q=s&type=slack&status=active',
  'q=argo&type=vercel',
  'q=argo&type=argocd&status=error',
  'q=1&status=disabled',
];

describe.each(Object.keys(ORDERS))('a search sorted by %s', (sort) => {
  it.each(QUERIES)('has what fits once each, in order, by cursors and by numbers: %s', async (query) => {
    for (const account of [admin, developer]) {
      const all = await expected(admin, new URLSearchParams(query), sort, account === developer);
      const asked = `${query}&sort=${sort}&per_page=${PER_PAGE}`;
      const first = await page(asked, account);
      expect(first.total).toBe(all.length);
      expect(first.ids).toEqual(all.slice(0, PER_PAGE));
      if (first.cursor !== null) {
        const second = all.slice(PER_PAGE, 2 * PER_PAGE);
        expect((await page(`${asked}&page=2`, account)).ids).toEqual(second);
        expect((await page(`${asked}&cursor=${first.cursor}`, account)).ids).toEqual(second);
      }
      const lastPage = Math.ceil(all.length / PER_PAGE) || 1;
      const last = await page(`${asked}&page=${lastPage}`, account);
      expect(last).toMatchObject({ ids: all.slice((lastPage - 1) * PER_PAGE), cursor: null });
    }
  });
});

describe('pages of a search', () => {
  it('show nothing of another organisation', async () => {
    const mine = await page('q=argo&per_page=100', other);
    expect(mine.ids).toEqual(await expected(other, new URLSearchParams('q=argo'), '-created_at', false));
    expect(mine.total).toBe(mine.ids.length);
  });

  it.each(['q=s&sort=name', 'q=s&sort=-created_at', 'q=prod+argo&sort=-name'])(
    'go on where they were, whatever was deleted between: %s',
    async (query) => {
      const first = await page(`${query}&per_page=10`, admin);
      const [next] = (await page(`${query}&per_page=10&cursor=${first.cursor}`, admin)).ids;
      await testApp.sql('DELETE FROM integrations WHERE id = $1', [first.ids.at(-1)]);
      expect((await page(`${query}&per_page=10&cursor=${first.cursor}`, admin)).ids[0]).toBe(next);
      expect((await page(`${query}&per_page=10`, admin)).ids).toEqual([...first.ids.slice(0, 9), next]);
    },
  );
});

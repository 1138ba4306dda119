import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { BulkWork } from '../src/integrations/bulk/bulk-work.js';
import { DueTokens } from '../src/integrations/tokens/due-tokens.js';
import { carryOut } from './support/bulk.js';
import { type Account, TestApp } from './support/test-app.js';
import { claim } from './support/watch.js';

const ROWS = 20_000;
/** An organisation whose work is left for later. */
const ANOTHER = '00000000-0000-4000-8000-000000000001';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Sort Key'?: string[];
  Plans?: Plan[];
}

interface Statement {
  sql: string;
  parameters: unknown[];
}

let testApp: TestApp;
let admin: Account;
let developer: Account;
let statements: Statement[] = [];

/** Keeps what TypeORM sends; it is told of every statement anyway. */
const recorder = {
  logQuery: (sql: string, parameters: unknown[] = []) => void statements.push({ sql, parameters }),
} as unknown as Logger;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
  developer = await testApp.member(admin.organizationId, 'developer');
  const { organizationId, userId } = admin;
  await testApp.sql('INSERT INTO teams (organization_id, id, name) VALUES ($1, $2, $3)', [
    organizationId,
    organizationId,
    'Team',
  ]);
  await testApp.sql(
    `INSERT INTO integrations (organization_id, id, integration_type_id, name, auth_mode, status, created_by, created_at,
       last_checked_at, next_check_at)
     SELECT $1, gen_random_uuid(), (ARRAY['argocd', 'github', 'slack', 'vercel'])[1 + n % 4], 'Service ' || n, 'api_token',
       CASE WHEN n % 100 = 0 THEN 'error' ELSE 'active' END, $2, now() - n * interval '1 minute',
       CASE WHEN n % 10 > 0 THEN now() - (n % 300) * interval '1 second' END, now() + (n % 300) * interval '1 second'
     FROM generate_series(1, ${ROWS}) n`,
    [organizationId, userId],
  );
  await testApp.sql(`
    INSERT INTO integration_terms (organization_id, integration_id, term)
      SELECT organization_id, id, unnest(ARRAY['service', split_part(name, ' ', 2), integration_type_id]) FROM integrations;
    INSERT INTO integration_credentials (organization_id, id, integration_id, credential_type, sealed, key_version, field_names)
      SELECT organization_id, id, id, 'api_token', '\\x00', 1, '{}' FROM integrations;
    INSERT INTO integration_teams (organization_id, integration_id, team_id)
      SELECT organization_id, id, organization_id FROM integrations WHERE name LIKE '%7';
    INSERT INTO health_checks (organization_id, integration_id, at, ok)
      SELECT organization_id, id, now() - n * interval '1 second', true FROM integrations, generate_series(1, 2) n;
    INSERT INTO integration_logs (organization_id, id, integration_id, action, status, message, created_at)
      SELECT organization_id, gen_random_uuid(), id, 'health_check', 'success', '', now() FROM integrations;
    INSERT INTO incidents (organization_id, id, integration_id, opened_at, error_code, message)
      SELECT organization_id, id, id, now(), 'timeout', '' FROM integrations;
    INSERT INTO token_events (organization_id, id, integration_id, at, kind, cause, message)
      SELECT organization_id, gen_random_uuid(), id, now(), 'refreshed', 'schedule', '' FROM integrations;
    UPDATE integration_credentials c SET refresh_at = i.next_check_at + interval '1 hour'
      FROM integrations i WHERE i.organization_id = c.organization_id AND i.id = c.integration_id`);
  await testApp.sql(
    `INSERT INTO bulk_operations (organization_id, id, action, status, total, created_by, created_at)
       SELECT $1, gen_random_uuid(), 'test', 'completed', 100, $2, now() - n * interval '1 minute'
       FROM generate_series(1, 2000) n`,
    [organizationId, userId],
  );
  await testApp.sql(`
    INSERT INTO bulk_operation_items (organization_id, operation_id, integration_id, name, status)
      SELECT organization_id, id, gen_random_uuid(), 'Service', 'done' FROM bulk_operations, generate_series(1, 20)`);
  await testApp.sql('VACUUM ANALYZE');
  testApp.app.get(DataSource, { strict: false }).logger = recorder;
});

afterAll(() => testApp.close());

/** The plan PostgreSQL makes for a login, in an organisation when one is given. */
async function explain(
  url: string,
  { sql, parameters }: Statement,
  organizationId?: string,
  settings: Statement[] = [],
): Promise<Plan> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    if (organizationId)
      await client.query("SELECT set_config('app.organization_id', $1, true)", [organizationId]);
    for (const setting of settings) await client.query(setting.sql, setting.parameters);
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      parameters,
    );
    await client.query('ROLLBACK');
    return rows[0]!['QUERY PLAN'][0]!.Plan;
  } finally {
    await client.end();
  }
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
const GROWING = /^(integration|health_checks|incidents|token_events|bulk_operation)/;

function sequentialScans(plan: Plan): string[] {
  return nodesOf(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan' && GROWING.test(node['Relation Name']!))
    .map((node) => node['Relation Name']!);
}

/** The end of the name of the partition that has just been filled. */
function stamp(span: 'day' | 'month'): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return span === 'day' ? day : `${day.slice(0, 6)}01`;
}

/** The plan of a statement of a list, as it was really sent, with what the transaction was told before. */
async function listed(part: 'count' | 'page', query: string, account: Account): Promise<Plan> {
  statements = [];
  await testApp.as(account).get(`/integrations?${query}`).expect(200);
  const sent = statements.find(({ sql }) =>
    (part === 'count'
      ? /AS (total|count)/
      : /AS place.* FROM (integrations i WHERE|integration_terms)|SELECT i.name.* AS place|DISTINCT s.place/
    ).test(sql),
  );
  const before = statements.slice(0, statements.indexOf(sent!));
  const settings = before.filter(({ sql }) => sql.includes("'enable_"));
  return explain(testApp.urls.app, sent!, account.organizationId, settings);
}

const QUERIES: [query: string, index?: string][] = [
  ['', 'integrations_created'],
  ['sort=created_at', 'integrations_created'],
  ['sort=name', 'integrations_name'],
  ['sort=-name', 'integrations_name'],
  ['sort=last_checked_at', 'integrations_checked'],
  ['sort=-last_checked_at', 'integrations_checked'],
  ['page=10', 'integrations_created'],
  ['per_page=100', 'integrations_created'],
  ['status=active', undefined],
  ['status=error', 'integrations_status'],
  ['status=error&sort=name', undefined],
  ['type=argocd', undefined],
  ['type=argocd&sort=name', undefined],
  ['type=nothing', undefined],
  ['category=ci_cd', undefined],
  ['type=argocd&status=error', undefined],
  ['q=1234', undefined],
  ['q=serv+12', undefined],
  ['q=serv', 'integration_terms_created'],
  ['q=serv&sort=name', 'integration_terms_name'],
];

describe.each([
  ['an admin', () => admin],
  ['a developer', () => developer],
])('a page of 20,000 for %s', (_, account) => {
  it.each(QUERIES)('is read by an index: %s', async (query, index) => {
    const page = await listed('page', query, account());
    expect(sequentialScans(page)).toEqual([]);
    const indexes = nodesOf(page).map((node) => node['Index Name']);
    if (index) {
      expect(indexes).toContain(index);
      const sorts = nodesOf(page).filter((node) => node['Node Type'] === 'Sort');
      // What somebody chose of an account's resources is a few, and sorted for each integration of the page.
      const ofMany = sorts.filter((node) => !node['Sort Key']?.every((key) => key.startsWith('s.')));
      expect(ofMany.map((node) => node['Sort Key'])).toEqual([]);
    }
  });

  it('is read by an index: team', async () => {
    const page = await listed('page', `team=${admin.organizationId}`, account());
    expect(sequentialScans(page)).toEqual([]);
  });
});

describe('a page of a search', () => {
  it.each(['q=serv&sort=name', 'q=arg+serv&sort=-name', 'q=12&sort=name', 'q=12', 'q=arg+serv'])(
    'is read of an index of words, and of no integration: %s',
    async (query) => {
      const scans = nodesOf(await listed('page', query, admin)).filter((node) => node['Relation Name']);
      const read = scans.map((node) => `${node['Node Type']} ${node['Relation Name']}`);
      expect(new Set(read)).toEqual(new Set(['Index Only Scan integration_terms']));
    },
  );
});

describe('a page of some types by name', () => {
  it.each(['category=ci_cd&sort=name', 'type=slack&sort=-name'])(
    'is read of the index of names, and of no integration that is not of the page: %s',
    async (query) => {
      const scans = nodesOf(await listed('page', query, admin)).filter((node) => node['Relation Name']);
      expect(scans.map((node) => `${node['Node Type']} ${node['Index Name']}`)).toEqual([
        'Index Only Scan integrations_name',
      ]);
    },
  );
});

describe('a page of a search, where it is known how many there are', () => {
  it.each(['q=s', 'q=s&sort=created_at', 'q=s&sort=-name', 'q=s+arg', 'q=s&type=slack', 'q=s&status=active'])(
    'is merged of words that begin alike, as far as it reaches: %s',
    async (query) => {
      await listed('page', query, admin);
      const kinds = nodesOf(await listed('page', query, admin)).map((node) => node['Node Type']);
      expect(kinds).toContain('Merge Append');
      expect(kinds).not.toEqual(expect.arrayContaining([expect.stringMatching(/Sort|Hash|Aggregate|CTE/)]));
    },
  );
});

describe('how many there are', () => {
  it.each([
    'status=error',
    'status=active&type=slack',
    'category=ci_cd&sort=name',
    'q=1234',
    'q=serv',
    'type=nothing',
    'type=argocd&status=error',
  ])('is counted by an index, and not beyond 10,000: %s', async (query) => {
    // Somebody new, for whom nothing was counted before.
    const member = await testApp.member(admin.organizationId, 'developer');
    const count = await listed('count', query, member);
    expect(sequentialScans(count)).toEqual([]);
    expect(nodesOf(count).map((node) => node['Node Type'])).toContain('Limit');
  });
});

describe('what is due', () => {
  it('is found by its index, whatever the number that is not', async () => {
    const pool = testApp.app.get(pg.Pool, { strict: false });
    const sent = jest.spyOn(pool, 'query');
    await claim(testApp.app, 50, [ANOTHER]);
    const [sql, parameters] = sent.mock.calls[0] as unknown as [string, unknown[]];
    sent.mockRestore();
    const plan = await explain(testApp.urls.system, { sql, parameters });
    expect(sequentialScans(plan)).toEqual([]);
    expect(nodesOf(plan).map((node) => node['Index Name'])).toContain('integrations_due');
  });
});

describe('tokens that are due', () => {
  it('are found by their index, whatever the number that is not', async () => {
    const pool = testApp.app.get(pg.Pool, { strict: false });
    const sent = jest.spyOn(pool, 'query');
    await testApp.app.get(DueTokens, { strict: false }).claim(4, {
      types: ['slack'],
      organizations: [ANOTHER],
      pairs: [`${ANOTHER}/github`],
    });
    const [sql, parameters] = sent.mock.calls[0] as unknown as [string, unknown[]];
    sent.mockRestore();
    const plan = await explain(testApp.urls.system, { sql, parameters });
    expect(sequentialScans(plan)).toEqual([]);
    expect(nodesOf(plan).map((node) => node['Index Name'])).toContain('integration_credentials_refresh');
  });
});

describe('bulk operations', () => {
  it('that wait are found by their index', async () => {
    const pool = testApp.app.get(pg.Pool, { strict: false });
    const sent = jest.spyOn(pool, 'query');
    await testApp.app.get(BulkWork, { strict: false }).claim(2, [ANOTHER]);
    const [sql, parameters] = sent.mock.calls[0] as unknown as [string, unknown[]];
    sent.mockRestore();
    const plan = await explain(testApp.urls.system, { sql, parameters });
    expect(nodesOf(plan).map((node) => node['Index Name'])).toContain('bulk_operations_open');
  });

  it('are read with their items, and worked off, by indexes', async () => {
    const [{ id }] = (await testApp.sql<{ id: string }>('SELECT id FROM integrations LIMIT 1')) as [
      { id: string },
    ];
    const started = await testApp
      .as(admin)
      .post('/integrations/bulk', { ids: [id], action: 'disable' })
      .expect(202);
    statements = [];
    await carryOut(testApp.app);
    await testApp.as(admin).get(`/bulk-operations/${started.body.data.bulk_operation.id}`).expect(200);
    const sent = statements.filter(({ sql }) => /bulk_operation/.test(sql));
    expect(sent.length).toBeGreaterThan(5);
    for (const statement of sent)
      expect(sequentialScans(await explain(testApp.urls.app, statement, admin.organizationId))).toEqual([]);
  });
});

describe('the log and the health of one', () => {
  it('are read by indexes of their partitions', async () => {
    const [{ id }] = (await testApp.sql<{ id: string }>('SELECT id FROM integrations LIMIT 1')) as [
      { id: string },
    ];
    for (const path of ['logs', 'health', 'tokens/history']) {
      statements = [];
      await testApp.as(admin).get(`/integrations/${id}/${path}`).expect(200);
      const read = statements.filter(({ sql }) =>
        /FROM (integration_logs|health_checks|incidents|token_events)/.test(sql),
      );
      expect(read.length).toBeGreaterThan(0);
      for (const statement of read) {
        // Partitions of other days are empty, and an empty table is read as it is.
        const plan = await explain(testApp.urls.app, statement, admin.organizationId);
        const full = [stamp('day'), stamp('month'), 'incidents'];
        expect(sequentialScans(plan).filter((name) => full.some((suffix) => name.endsWith(suffix)))).toEqual(
          [],
        );
      }
    }
  });
});

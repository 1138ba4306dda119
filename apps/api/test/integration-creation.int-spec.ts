import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Database } from '../src/database/database.js';
import { selectForUpdate, update } from '../src/database/entity-statements.js';
import { run, send } from '../src/database/unit-of-work.js';
import { Integration } from '../src/integrations/integration.entity.js';
import { ArgoBench, SEED_EXAMPLE } from './support/argocd.js';
import { eventually } from './support/counterpart.js';

let bench: ArgoBench;
let teamId: string;

beforeAll(async () => {
  bench = await ArgoBench.start();
  teamId = await bench.team(bench.admin.organizationId, bench.admin);
});

beforeEach(() => bench.healthy());
afterAll(() => bench.close());

const api = () => bench.testApp.as(bench.admin);
const create = (key: string, overrides: object = {}) =>
  api()
    .post('/integrations', { ...SEED_EXAMPLE, team_ids: [teamId], ...overrides })
    .set('idempotency-key', key);

/** Everything that a creation writes. */
const written = async (): Promise<Record<string, number>> => {
  const [row] = await bench.testApp.sql<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM pgboss.job) AS jobs, (SELECT count(*)::int FROM audit_logs) AS audit,
       (SELECT sum(sequence)::int FROM audit_chains) AS chains`,
  );
  return { ...(await bench.counts()), ...row };
};

const chainIsWhole = async () => {
  const { body } = await api().get('/audit-logs/verify').expect(200);
  expect(body.data.verification).toMatchObject({ valid: true });
};

describe('a creation that fails at one of its tables', () => {
  it.each<[table: string, when: 'INSERT' | 'UPDATE', test: boolean]>([
    ['idempotency_keys', 'INSERT', false],
    ['integrations', 'INSERT', false],
    ['integration_credentials', 'INSERT', false],
    ['integration_terms', 'INSERT', false],
    ['integration_teams', 'INSERT', false],
    ['integration_logs', 'INSERT', false],
    ['health_checks', 'INSERT', true],
    ['pgboss.job_common', 'INSERT', false],
    ['audit_chains', 'UPDATE', false],
    ['audit_logs', 'INSERT', false],
  ])('%s keeps nothing, and the same request succeeds afterwards', async (table, when, test) => {
    const run = (text: string) => bench.testApp.sql(text);
    await run(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`);
    const before = await written();
    await run(`CREATE TRIGGER refuse BEFORE ${when} ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
    try {
      await create(`fails at ${table}`.replaceAll(' ', '-'), { test }).expect(500);
    } finally {
      await run(`DROP TRIGGER refuse ON ${table}`);
    }
    // The test of the draft was carried out, and is told of.
    const tests = test ? 1 : 0;
    expect(await written()).toEqual({
      ...before,
      audit: before.audit! + tests,
      chains: before.chains! + tests,
    });
    await create(`fails at ${table}`.replaceAll(' ', '-'), { test }).expect(201);
    const { integrations, integration_credentials } = await written();
    expect(integrations).toBe(before.integrations! + 1);
    expect(integration_credentials).toBe(before.integration_credentials! + 1);
    await chainIsWhole();
  });

  it('keeps nothing when the organisation’s key is gone at the commit', async () => {
    const before = await written();
    const { testApp } = bench;
    await testApp.sql('ALTER TABLE organization_keys DISABLE TRIGGER ALL');
    const keys = await testApp.sql<{ version: number }>(
      'UPDATE organization_keys SET version = version + 100 WHERE organization_id = $1 RETURNING version',
      [bench.admin.organizationId],
    );
    expect(keys).toHaveLength(1);
    const { body } = await create('key-gone').expect(503);
    expect(body.error.code).toBe('UNAVAILABLE');
    await testApp.sql('UPDATE organization_keys SET version = version - 100 WHERE organization_id = $1', [
      bench.admin.organizationId,
    ]);
    await testApp.sql('ALTER TABLE organization_keys ENABLE TRIGGER ALL');
    expect(await written()).toEqual(before);
  });
});

describe('a creation while somebody else holds the end of the audit trail', () => {
  const waiting = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
    AND application_name = 'latchkey'`;

  async function whileHeld(work: (release: () => Promise<unknown>) => Promise<void>): Promise<void> {
    const holder = new pg.Client({ connectionString: bench.testApp.urls.owner });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query("SELECT set_config('app.organization_id', $1, true)", [bench.admin.organizationId]);
      await holder.query('SELECT 1 FROM audit_chains WHERE organization_id = $1 FOR UPDATE', [
        bench.admin.organizationId,
      ]);
      await work(() => holder.query('ROLLBACK'));
    } finally {
      await holder.end();
    }
  }

  it('waits, and its row follows', async () => {
    await whileHeld(async (release) => {
      const creating = create('waits').expect(201);
      const answered = creating.then(() => 'answered');
      await eventually(
        async () => (await bench.testApp.sql(`SELECT 1 ${waiting}`)).length > 0,
        'the creation waits',
      );
      await release();
      expect(await answered).toBe('answered');
    });
    await chainIsWhole();
  });

  it('keeps nothing and says so when its connection ends there', async () => {
    const before = await written();
    await whileHeld(async () => {
      const answered = create('connection-ends').then(({ status, body }) => ({ status, body }));
      await eventually(
        async () => (await bench.testApp.sql(`SELECT 1 ${waiting}`)).length > 0,
        'the creation waits',
      );
      await bench.testApp.sql(`SELECT pg_terminate_backend(pid) ${waiting}`);
      expect(await answered).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } });
    });
    expect(await written()).toEqual(before);
    await create('connection-ends').expect(201);
    await chainIsWhole();
  });
});

describe('a statement about a row of which nobody says which', () => {
  it('finds none and changes none', async () => {
    await create('unsaid').expect(201);
    const unsaid = { organizationId: bench.admin.organizationId, id: undefined };
    const found = await bench.testApp.app.get(Database).tenant(unsaid.organizationId, async (manager) => {
      send(manager, update(manager, Integration, unsaid, { name: 'changed' }));
      return run(manager, selectForUpdate(manager, Integration, unsaid));
    });
    expect(found).toEqual([]);
    expect(await bench.testApp.sql("SELECT 1 FROM integrations WHERE name = 'changed'")).toEqual([]);
  });
});

describe('many creations at once', () => {
  it('are all there, each with its row of the audit trail', async () => {
    const before = await written();
    await Promise.all(Array.from({ length: 30 }, (_, number) => create(`many-${number}`).expect(201)));
    const after = await written();
    expect(after.integrations).toBe(before.integrations! + 30);
    expect(after.audit).toBe(before.audit! + 30);
    await chainIsWhole();
  });
});

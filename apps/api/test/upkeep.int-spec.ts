import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UpkeepService } from '../src/health-monitor/upkeep.service.js';
import { ArgoBench, SEED_EXAMPLE } from './support/argocd.js';
import { TestApp } from './support/test-app.js';

const DAY_MS = 86_400_000;
let bench: ArgoBench;
let testApp: TestApp;

beforeAll(async () => {
  bench = await ArgoBench.start({ environment: { METRICS_RETENTION_DAYS: '30' } });
  ({ testApp } = bench);
});

afterAll(() => bench.close());

async function partitions(): Promise<string[]> {
  const rows = await testApp.sql<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent::regclass::text IN
       ('health_checks', 'integration_logs', 'audit_logs') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

const stamp = (date: Date): string => date.toISOString().slice(0, 10).replaceAll('-', '');
const dayAgo = (days: number): Date => new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - days * DAY_MS);

async function addPartition(parent: string, from: Date, to: Date): Promise<string> {
  const name = `${parent}_${stamp(from)}`;
  await testApp.sql(
    `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${parent}
     FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
  );
  return name;
}

/** As the application does it, which owns nothing. */
async function maintain(retentionDays: number): Promise<void> {
  const client = new pg.Client({ connectionString: testApp.urls.app });
  await client.connect();
  try {
    await client.query('SELECT latchkey_maintain_partitions($1)', [retentionDays]);
  } finally {
    await client.end();
  }
}

describe('partitions', () => {
  it('are there for more than a week of checks and three months of logs ahead', async () => {
    // The database was made before, maybe yesterday.
    await maintain(90);
    const names = await partitions();
    for (let days = 0; days <= 8; days += 1) expect(names).toContain(`health_checks_${stamp(dayAgo(-days))}`);
    const now = new Date();
    for (let months = 0; months <= 3; months += 1) {
      const first = stamp(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)));
      expect(names).toContain(`integration_logs_${first}`);
      expect(names).toContain(`audit_logs_${first}`);
    }
  });

  it('are made again when missing, as often as one likes and from several at once', async () => {
    const before = await partitions();
    await testApp.sql(`DROP TABLE health_checks_${stamp(dayAgo(-8))}`);
    await Promise.all([maintain(90), maintain(90), maintain(90)]);
    expect(await partitions()).toEqual(before);
  });

  it('go when they are past the retention, and the audit trail never does', async () => {
    const past = await addPartition('health_checks', dayAgo(32), dayAgo(31));
    const justKept = await addPartition('health_checks', dayAgo(30), dayAgo(29));
    const year2020 = [new Date('2020-01-01T00:00:00Z'), new Date('2020-02-01T00:00:00Z')] as const;
    const oldLogs = await addPartition('integration_logs', ...year2020);
    const oldAudit = await addPartition('audit_logs', ...year2020);
    const before = await partitions();

    await maintain(30);
    expect(await partitions()).toEqual(before.filter((name) => ![past, oldLogs].includes(name)));
    expect(await partitions()).toEqual(expect.arrayContaining([justKept, oldAudit]));
  });

  it('are not dropped by a retention that is none', async () => {
    await expect(maintain(0)).rejects.toThrow('at least 1');
    await expect(maintain(-5)).rejects.toThrow('at least 1');
  });

  it('cannot be made or dropped by the application otherwise', async () => {
    const client = new pg.Client({ connectionString: testApp.urls.app });
    await client.connect();
    try {
      await expect(client.query(`DROP TABLE health_checks_${stamp(dayAgo(0))}`)).rejects.toThrow(
        'must be owner',
      );
      await expect(client.query('DELETE FROM health_checks')).rejects.toThrow('permission denied');
      await expect(client.query('DELETE FROM audit_logs')).rejects.toThrow('permission denied');
      await expect(client.query("UPDATE audit_logs SET action = 'x'")).rejects.toThrow('permission denied');
    } finally {
      await client.end();
    }
  });
});

describe('the daily upkeep', () => {
  it('forgets old requests and notifications, and only where jobs run', async () => {
    const api = testApp.as(bench.admin);
    const create = (key: string) =>
      api.post('/integrations', SEED_EXAMPLE).set('idempotency-key', key).expect(201);
    const { body } = await create('old');
    const { id } = body.data.integration;
    testApp.clock.advance(DAY_MS);
    await bench.signIn(bench.admin);
    await testApp
      .as(bench.admin)
      .post('/integrations', SEED_EXAMPLE)
      .set('idempotency-key', 'new')
      .expect(201);
    for (const days of [31, 29]) {
      await testApp.sql(
        `INSERT INTO notifications (organization_id, id, user_id, event_id, kind, title, message, integration_id, created_at)
         VALUES ($1, gen_random_uuid(), $2, gen_random_uuid(), 'integration.failed', $3, '', $4, $5)`,
        [
          bench.admin.organizationId,
          bench.admin.userId,
          `${days}`,
          id,
          new Date(testApp.clock.now() - days * DAY_MS),
        ],
      );
    }
    const left = async () => ({
      keys: (await testApp.sql<{ key: string }>('SELECT key FROM idempotency_keys'))
        .map(({ key }) => key)
        .sort(),
      notifications: (await testApp.sql<{ title: string }>('SELECT title FROM notifications')).length,
    });

    await testApp.app.get(UpkeepService, { strict: false }).run();
    expect(await left()).toEqual({ keys: ['new', 'old'], notifications: 2 });

    const worker = await testApp.launch({ LATCHKEY_ROLE: 'worker' });
    try {
      await worker.get(UpkeepService, { strict: false }).run();
    } finally {
      await worker.close();
    }
    expect(await left()).toEqual({ keys: ['new'], notifications: 1 });
  });

  it('forgets flows, deliveries and bulk operations that are over, and one that fails keeps nothing else', async () => {
    const { organizationId, userId } = bench.admin;
    const at = new Date(testApp.clock.now() - 31 * DAY_MS);
    await testApp.sql('DELETE FROM notifications');
    const { rows } = await seedOld(organizationId, userId, at);
    expect(rows).toEqual(['bulk_operations', 'inbound_deliveries', 'notifications', 'oauth_states']);
    const worker = await testApp.launch({ LATCHKEY_ROLE: 'worker' });
    await testApp.sql('REVOKE DELETE ON notifications FROM latchkey_system');
    try {
      await worker.get(UpkeepService, { strict: false }).run();
      expect(await tablesWithRows()).toEqual(['notifications']);
    } finally {
      await testApp.sql('GRANT DELETE ON notifications TO latchkey_system');
    }
    await worker.get(UpkeepService, { strict: false }).run();
    await worker.close();
    expect(await tablesWithRows()).toEqual([]);
  });
});

async function tablesWithRows(): Promise<string[]> {
  const tables = ['bulk_operations', 'inbound_deliveries', 'notifications', 'oauth_states'];
  const found = await Promise.all(
    tables.map(async (table) => ((await testApp.sql(`SELECT 1 FROM ${table}`)).length > 0 ? [table] : [])),
  );
  return found.flat();
}

async function seedOld(organizationId: string, userId: string, at: Date): Promise<{ rows: string[] }> {
  await testApp.sql(
    `INSERT INTO bulk_operations (organization_id, id, action, status, total, created_by, created_at)
     VALUES ($1, gen_random_uuid(), 'test', 'completed', 0, $2, $3)`,
    [organizationId, userId, at],
  );
  await testApp.sql(
    `INSERT INTO oauth_states (organization_id, id, state_hash, browser_hash, user_id, session_id, purpose, created_at, expires_at)
     VALUES ($1, gen_random_uuid(), '\\x01', '\\x01', $2, gen_random_uuid(), 'connect', $3, $3)`,
    [organizationId, userId, at],
  );
  await testApp.sql(
    `INSERT INTO inbound_deliveries (organization_id, source, delivery_id, event, received_at)
     VALUES ($1, 'github', 'old', 'push', $2)`,
    [organizationId, at],
  );
  await testApp.sql(
    `INSERT INTO notifications (organization_id, id, user_id, event_id, kind, title, message, created_at)
     VALUES ($1, gen_random_uuid(), $2, gen_random_uuid(), 'integration.needs_reauth', 'Old', '', $3)`,
    [organizationId, userId, at],
  );
  return { rows: await tablesWithRows() };
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isDatabaseAway } from '../src/common/error.filter.js';
import { Database } from '../src/database/database.js';
import { eventually } from './support/counterpart.js';
import { TestApp } from './support/test-app.js';

let testApp: TestApp;
let database: Database;

beforeAll(async () => {
  testApp = await TestApp.start();
  database = testApp.app.get(Database);
});

afterAll(() => testApp.close());

const sleeping = `FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()
  AND datname = current_database()`;

describe('a connection that ends while it is in use, as when the database moves to another machine', () => {
  it.each<[string, (organizationId: string) => Promise<unknown>]>([
    [
      'by short units of work',
      (id) => database.tenantAtOnce(id, [{ name: 'sleep', text: 'SELECT pg_sleep(60)', values: [] }]),
    ],
    ['by a transaction', (id) => database.tenant(id, (manager) => manager.query('SELECT pg_sleep(60)'))],
    ['by a statement alone', () => database.query('SELECT pg_sleep(60)')],
    ['by the system', () => database.asSystem('SELECT pg_sleep(60)')],
  ])('%s fails what was under way, and nothing else', async (_, sleep) => {
    const failure = sleep(randomUUID()).catch((error: unknown) => error);
    await eventually(
      async () => (await testApp.sql(`SELECT 1 ${sleeping}`)).length > 0,
      'the statement is running',
    );
    await testApp.sql(`SELECT pg_terminate_backend(pid) ${sleeping}`);
    expect(isDatabaseAway(await failure)).toBe(true);
    expect(
      await Promise.all([
        database.tenantAtOnce(randomUUID(), [{ name: 'one', text: 'SELECT 1', values: [] }]),
        database.tenant(randomUUID(), (manager) => manager.query('SELECT 1')),
        database.query('SELECT 1'),
        database.asSystem('SELECT 1'),
      ]),
    ).toHaveLength(4);
  });

  it('is what later statements of its transaction fail with, too', async () => {
    const failure = await database
      .tenant(randomUUID(), async (manager) => {
        const [connection] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
        await testApp.sql('SELECT pg_terminate_backend($1)', [connection?.pid]);
        await eventually(() => manager.queryRunner?.isReleased, 'the connection is gone');
        return manager.query('SELECT 1');
      })
      .catch((error: unknown) => error);
    expect(isDatabaseAway(failure)).toBe(true);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { refusal } from './support/refusal.js';
import { type Account, TestApp } from './support/test-app.js';

/** SQLSTATE. */
const PERMISSION_DENIED = '42501';

let testApp: TestApp;
let account: Account;
let app: pg.Client;
let system: pg.Client;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account();
  await testApp
    .as(account)
    .post('/integrations', {
      integration_type_id: 'generic_http',
      name: 'Example',
      config: { base_url: 'http://127.0.0.1:1' },
      credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: 'a-secret-of-the-test' },
    })
    .expect(201);
  app = new pg.Client({ connectionString: testApp.urls.app });
  system = new pg.Client({ connectionString: testApp.urls.system });
  await Promise.all([app.connect(), system.connect()]);
});

afterAll(async () => {
  await Promise.all([app.end(), system.end()]);
  await testApp.close();
});

describe('the logins of the application', () => {
  it('are neither superusers nor past row level security, and can make neither roles nor databases', async () => {
    const rows = await testApp.sql(
      `SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
       FROM pg_roles WHERE rolname IN ('latchkey_app', 'latchkey_system') ORDER BY 1`,
    );

    const none = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
    };
    expect(rows).toEqual([
      { rolname: 'latchkey_app', ...none },
      { rolname: 'latchkey_system', ...none },
    ]);
  });

  it('are members of no other role', async () => {
    const rows = await testApp.sql(
      "SELECT 1 FROM pg_auth_members WHERE member IN ('latchkey_app'::regrole, 'latchkey_system'::regrole)",
    );

    expect(rows).toEqual([]);
  });

  it('own nothing but the schema of the queue', async () => {
    const rows = await testApp.sql(
      `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relowner IN ('latchkey_app'::regrole, 'latchkey_system'::regrole) AND n.nspname NOT IN ('pgboss', 'pg_toast')
       UNION ALL SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE p.proowner IN ('latchkey_app'::regrole, 'latchkey_system'::regrole) AND n.nspname <> 'pgboss'
       UNION ALL SELECT nspname, '' FROM pg_namespace
       WHERE nspowner IN ('latchkey_app'::regrole, 'latchkey_system'::regrole) AND nspname <> 'pgboss'`,
    );

    expect(rows).toEqual([]);
  });

  it.each([
    'CREATE TABLE mine ()',
    'ALTER TABLE integrations DISABLE ROW LEVEL SECURITY',
    'DROP TABLE audit_logs',
  ])('may not %s', async (sql) => {
    expect(await refusal(app, sql)).toBe(PERMISSION_DENIED);
    expect(await refusal(system, sql)).toBe(PERMISSION_DENIED);
  });

  it.each([
    'UPDATE audit_logs SET outcome = outcome',
    'DELETE FROM audit_logs',
    'TRUNCATE audit_logs',
    'DELETE FROM audit_chains',
    'TRUNCATE audit_chains',
  ])('may not %s', async (sql) => {
    expect(await refusal(app, sql, [], account.organizationId)).toBe(PERMISSION_DENIED);
    expect(await refusal(system, sql)).toBe(PERMISSION_DENIED);
  });
});

describe('the login that finds work across organisations', () => {
  it.each([
    ['integration_credentials', 'sealed'],
    ['integration_credentials', 'previous_sealed'],
    ['integration_credentials', 'id'],
    ['organization_keys', 'wrapped_key'],
    ['integrations', 'config'],
    ['integrations', 'name'],
    ['installation', 'jwt_secret'],
    ['users', 'password_hash'],
    ['refresh_tokens', 'token_hash'],
    ['notifications', 'message'],
    ['audit_logs', 'metadata'],
    ['idempotency_keys', 'request_hash'],
    ['token_events', 'message'],
    ['bulk_operations', 'parameters'],
    ['bulk_operation_items', 'name'],
  ])('cannot read %s.%s', async (table, column) => {
    expect(await refusal(system, `SELECT ${column} FROM ${table}`)).toBe(PERMISSION_DENIED);
    expect(await refusal(system, `SELECT * FROM ${table}`)).toBe(PERMISSION_DENIED);
  });

  it('sees which integrations are due, of every organisation, so that the refusals above prove something', async () => {
    const { rows } = await system.query('SELECT organization_id FROM integrations');

    expect(rows).toEqual([{ organization_id: account.organizationId }]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Counterpart } from './support/counterpart.js';
import { makeToken } from './support/programs.js';
import { createIntegration, createNotification, letIn, type Stage } from './support/route-calls.js';
import { refusal } from './support/refusal.js';
import { TestApp } from './support/test-app.js';

const NIL = '00000000-0000-0000-0000-000000000000';
/** SQLSTATE. */
const PERMISSION_DENIED = '42501';
const UNIQUE_VIOLATION = '23505';

/** Reached before the organisation is known, by the hash of a refresh token or by the session's own id. */
const NO_TENANT_TABLES = ['user_sessions'];

/** What the routes do not write yet. A new tenant table that stays empty below fails the tests: seed it here. */
const SEEDS: Record<string, string> = {
  roles: "INSERT INTO roles (organization_id, name) VALUES ($1, 'auditor')",
  role_permissions:
    "INSERT INTO role_permissions (organization_id, role, permission) VALUES ($1, 'auditor', 'audit:read')",
  teams: 'INSERT INTO teams (organization_id, id, name) VALUES ($1, $2, $3)',
  team_members: 'INSERT INTO team_members (organization_id, team_id, user_id) VALUES ($1, $2, $4)',
  integration_teams:
    'INSERT INTO integration_teams (organization_id, integration_id, team_id) VALUES ($1, $5, $2)',
  key_rotations: `INSERT INTO key_rotations (organization_id, id, kind, from_key, to_key, started_at, updated_at)
    VALUES ($1, gen_random_uuid(), 'organization', '1', '2', now(), now())`,
  unreadable_secrets: `INSERT INTO unreadable_secrets (organization_id, table_name, row_id, key_version, reason, found_at)
    VALUES ($1, 'integration_credentials', gen_random_uuid(), 1, 'It does not open', now())`,
  usage_rollups: `INSERT INTO usage_rollups (organization_id, integration_id, bucket, latency_histogram)
    VALUES ($1, $5, now(), '{}')`,
  incidents: `INSERT INTO incidents (organization_id, id, integration_id, opened_at, error_code, message)
    VALUES ($1, gen_random_uuid(), $5, now(), 'auth', 'Refused')`,
  token_events: `INSERT INTO token_events (organization_id, id, integration_id, at, kind, cause, message)
    VALUES ($1, gen_random_uuid(), $5, now(), 'refreshed', 'schedule', 'Refreshed')`,
  oauth_states: `INSERT INTO oauth_states (organization_id, id, state_hash, browser_hash, user_id, session_id, purpose,
      integration_id, created_at, expires_at)
    VALUES ($1, gen_random_uuid(), '\\x01', '\\x01', $4, gen_random_uuid(), 'connect', $5, now(), now())`,
  connected_accounts: `INSERT INTO connected_accounts (organization_id, integration_id, provider, app_key, external_id, name,
      created_at, updated_at) VALUES ($1, $5, 'github', 'installation', '1', 'acme', now(), now())`,
  selected_resources: `INSERT INTO selected_resources (organization_id, integration_id, kind, resource_id, name, selected_at)
    VALUES ($1, $5, 'projects', 'p1', 'Project', now())`,
  github_apps: `INSERT INTO github_apps (organization_id, id, app_id, slug, name, client_id, html_url, web_url, api_url, sealed,
      key_version, created_at, updated_at)
    VALUES ($1, gen_random_uuid(), '1', 'app', 'App', 'Iv1', 'https://github.com/apps/app', 'https://github.com', 'https://api.github.com', '\\x00', 1, now(), now())`,
  repositories: `INSERT INTO repositories (organization_id, id, integration_id, github_id, full_name, visibility, html_url,
      synced_at, created_at) VALUES ($1, $2, $5, 1, 'acme/web', 'private', 'https://github.com/acme/web', now(), now())`,
  repository_syncs: `INSERT INTO repository_syncs (organization_id, integration_id, state, requested_at)
    VALUES ($1, $5, 'completed', now())`,
  repository_slack_channels: `INSERT INTO repository_slack_channels (organization_id, repository_id, channel_id,
      integration_id, channel_name, mapped_at, updated_at) VALUES ($1, $2, 'C1', $5, 'deploys', now(), now())`,
  inbound_deliveries: `INSERT INTO inbound_deliveries (organization_id, source, delivery_id, event, received_at)
    VALUES ($1, 'github', 'd1', 'installation', now())`,
  bulk_operations: `INSERT INTO bulk_operations (organization_id, id, action, status, total, created_by, created_at)
    VALUES ($1, $2, 'test', 'completed', 1, $4, now())`,
  bulk_operation_items: `INSERT INTO bulk_operation_items (organization_id, operation_id, integration_id, name, status)
    VALUES ($1, $2, $5, 'One', 'done')`,
};

let testApp: TestApp;
let stage: Stage;
let other: Stage;
let tables: string[];
let app: pg.Client;

async function seed(made: Stage): Promise<void> {
  const integrationId = await createIntegration(made, { test: true });
  const { organizationId, userId } = made.admin;
  await createNotification(made);
  await makeToken(made.testApp, made.admin);
  await made.testApp.http
    .post('/api/v1/integrations')
    .set({ authorization: `Bearer ${made.admin.accessToken}`, 'idempotency-key': 'once' })
    .send({
      integration_type_id: 'generic_http',
      name: 'Repeated',
      config: { base_url: made.counterpart.url },
      credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: made.secret },
    })
    .expect(201);
  const parameters = [organizationId, crypto.randomUUID(), 'Team', userId, integrationId];
  for (const statement of Object.values(SEEDS)) {
    // A statement may use fewer parameters than there are; each is named, so that all are bound.
    await testApp.sql(
      statement.replaceAll(/\$(\d)/g, (_, number: string) =>
        pg.escapeLiteral(parameters[Number(number) - 1]!),
      ),
    );
  }
}

beforeAll(async () => {
  testApp = await TestApp.start();
  const counterpart = await Counterpart.start();
  const shared = { testApp, counterpart, secret: 'a-secret-of-the-test', password: '' };
  letIn(counterpart, shared.secret);
  stage = { ...shared, admin: await testApp.account() };
  other = { ...shared, admin: await testApp.account() };
  const rows = await testApp.sql<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  );
  tables = rows.map(({ name }) => name).filter((name) => !NO_TENANT_TABLES.includes(name));
  app = new pg.Client({ connectionString: testApp.urls.app });
  await app.connect();
  await seed(stage);
});

afterAll(async () => {
  await app.end();
  await stage.counterpart.close();
  await testApp.close();
});

/** The organisations whose rows the application sees in a table. */
async function seen(table: string, organization?: string): Promise<string[]> {
  await app.query('BEGIN');
  try {
    if (organization) {
      await app.query("SELECT set_config('app.organization_id', $1, true)", [organization]);
    }
    const { rows } = await app.query<{ id: string }>(
      `SELECT DISTINCT organization_id::text AS id FROM ${table}`,
    );
    return rows.map(({ id }) => id);
  } finally {
    await app.query('ROLLBACK');
  }
}

describe('every table with an organisation', () => {
  it('has row level security, forced on its owner too, with a policy', async () => {
    const rows = await testApp.sql<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c
       WHERE c.oid = ANY($1::regclass[]) AND NOT (c.relrowsecurity AND c.relforcerowsecurity
         AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))`,
      [[...tables, 'organizations']],
    );

    expect(tables.length).toBeGreaterThan(12);
    expect(rows).toEqual([]);
  });

  it('leads its primary key, its unique constraints and its foreign keys with the organisation', async () => {
    const rows = await testApp.sql<{ name: string }>(
      `SELECT c.conname AS name FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
       WHERE c.conrelid = ANY($1::regclass[]) AND c.contype IN ('p', 'u') AND a.attname <> 'organization_id'`,
      [tables],
    );

    expect(rows).toEqual([]);
  });

  it('holds a row of the first organisation, so that the tests below prove something', async () => {
    const empty: string[] = [];
    for (const table of tables) {
      const rows = await testApp.sql(`SELECT 1 FROM ${table} WHERE organization_id = $1 LIMIT 1`, [
        stage.admin.organizationId,
      ]);
      if (rows.length === 0) empty.push(table);
    }

    expect(empty).toEqual([]);
  });

  it('shows the application nothing while no organisation is set, but the built-in roles', async () => {
    for (const table of tables) {
      const builtIn = ['roles', 'role_permissions'].includes(table) ? [NIL] : [];
      expect([table, await seen(table)]).toEqual([table, builtIn]);
    }
    expect((await app.query('SELECT 1 FROM organizations')).rows).toEqual([]);
  });

  it('shows the application nothing of the first organisation while another is set', async () => {
    for (const table of tables) {
      const organizations = await seen(table, other.admin.organizationId);
      expect([table, organizations.includes(stage.admin.organizationId)]).toEqual([table, false]);
      expect([table, await seen(table, stage.admin.organizationId)]).toEqual([
        table,
        expect.arrayContaining([stage.admin.organizationId]),
      ]);
    }
  });

  it('takes a row for the organisation that is set, and neither for another nor while none is', async () => {
    for (const table of tables) {
      const [{ row }] = (await testApp.sql(
        `SELECT row_to_json(t)::text AS row FROM ${table} t WHERE organization_id = $1 LIMIT 1`,
        [stage.admin.organizationId],
      )) as [{ row: string }];
      const insert = `INSERT INTO ${table} SELECT * FROM json_populate_record(NULL::${table}, $1)`;

      const outcomes = [];
      for (const organization of [undefined, other.admin.organizationId, stage.admin.organizationId]) {
        outcomes.push(await refusal(app, insert, [row], organization));
      }
      expect([table, ...outcomes]).toEqual([table, PERMISSION_DENIED, PERMISSION_DENIED, UNIQUE_VIOLATION]);
    }
  });

  it('lets nobody at its partitions past their parent', async () => {
    const rows = await testApp.sql<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c, unnest(ARRAY['latchkey_app', 'latchkey_system']) AS login
       WHERE c.relispartition AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         AND has_table_privilege(login, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`,
    );

    expect(rows).toEqual([]);
  });

  it('shows a person their own memberships and organisations alone', async () => {
    await app.query('BEGIN');
    await app.query("SELECT set_config('app.user_id', $1, true)", [other.admin.userId]);
    const memberships = await app.query('SELECT user_id FROM organization_members');
    const organizations = await app.query('SELECT id FROM organizations');
    await app.query('ROLLBACK');

    expect(memberships.rows).toEqual([{ user_id: other.admin.userId }]);
    expect(organizations.rows).toEqual([{ id: other.admin.organizationId }]);
  });
});

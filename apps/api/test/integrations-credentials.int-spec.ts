import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench, TOKEN } from './support/argocd.js';
import type { Account } from './support/test-app.js';

const NEW_TOKEN = 'the-newer-secret-token';
const GENERIC = {
  integration_type_id: 'generic_http',
  config: { base_url: 'https://api.example.com', test_path: '/me' },
  credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: TOKEN },
};

let bench: ArgoBench;
let developer: Account;

beforeAll(async () => {
  bench = await ArgoBench.start();
  developer = await bench.testApp.member(bench.admin.organizationId, 'developer');
});

beforeEach(() => bench.healthy());
afterAll(() => bench.close());

const as = (account: Account) => bench.testApp.as(account);
const inspect = async (id: string) =>
  (await as(bench.admin).get(`/integrations/${id}/credentials`).expect(200)).body.data.credentials;
const replace = (id: string, body: object, account: Account = bench.admin) =>
  as(account).patch(`/integrations/${id}/credentials`, body);
const token = (value: string) => ({ credential_type: 'api_token', auth_token: value });

async function audited(action: string, id: string): Promise<{ outcome: string; metadata: object }[]> {
  const { body } = await as(bench.admin).get(`/audit-logs?action=${action}`).expect(200);
  return body.data.audit_logs.filter((row: { resource_id: string }) => row.resource_id === id);
}

describe('what is known of credentials', () => {
  it('is their names, state and age, never a value', async () => {
    const { id } = await bench.create();
    const made = bench.testApp.clock.date().toISOString();
    const { body, text } = await as(bench.admin).get(`/integrations/${id}/credentials`).expect(200);
    expect(body.data.credentials).toEqual({
      credential_type: 'api_token',
      auth_mode: 'api_token',
      state: 'created',
      refused_at: null,
      fields: ['auth_token'],
      expires_at: null,
      key_version: 1,
      last_used_at: null,
      created_at: made,
      updated_at: made,
    });
    expect(text).not.toContain(TOKEN);
    bench.testApp.clock.advance(1000);
    await as(bench.admin).post(`/integrations/${id}/test`).expect(200);
    expect((await inspect(id)).last_used_at).toBe(bench.testApp.clock.date().toISOString());
  });

  it('is told to who made the integration and to who may see all, and refusals are recorded', async () => {
    const theirs = await bench.create();
    const own = await bench.create(developer);
    await as(developer).get(`/integrations/${own.id}/credentials`).expect(200);
    await as(developer).get(`/integrations/${theirs.id}/credentials`).expect(403);
    await replace(theirs.id, token(NEW_TOKEN), developer).expect(403);
    expect(bench.counterpart.requests).toHaveLength(0);
    expect(await audited('access.denied', theirs.id)).toEqual([
      expect.objectContaining({ outcome: 'blocked', metadata: { permission: 'credentials:update' } }),
      expect.objectContaining({ outcome: 'blocked', metadata: { permission: 'credentials:inspect' } }),
    ]);
    const viewer = await bench.testApp.member(bench.admin.organizationId, 'viewer');
    await as(viewer).get(`/integrations/${own.id}/credentials`).expect(403);
  });
});

describe('new credentials', () => {
  it('are tested first, take the place of the old ones and are used from then on', async () => {
    const { id } = await bench.create(bench.admin, { test: true });
    bench.acceptingOnly(NEW_TOKEN);
    await as(bench.admin).post(`/integrations/${id}/test`).expect(422);
    expect((await bench.read(id)).status).toBe('error');

    const { body, text } = await replace(id, token(NEW_TOKEN)).expect(200);
    expect(body.message).toBe('The new credentials work and have replaced the old ones.');
    expect(body.data.integration).toMatchObject({ status: 'active', error_code: null, hint: null });
    expect(text).not.toContain(NEW_TOKEN);
    await as(bench.admin).post(`/integrations/${id}/test`).expect(200);
    expect(await audited('credentials.updated', id)).toEqual([
      expect.objectContaining({
        outcome: 'success',
        metadata: { fields: ['auth_token'], credential_type: 'api_token' },
      }),
    ]);
  });

  it('that do not work leave the old ones in use', async () => {
    bench.acceptingOnly(TOKEN);
    const { id } = await bench.create(bench.admin, { test: true });
    const before = await inspect(id);
    const { body } = await replace(id, token('wrong')).expect(422);
    expect(body.error).toMatchObject({ code: 'CONNECTION_FAILED', details: { kind: 'auth' } });
    expect(await inspect(id)).toEqual(before);
    expect((await bench.read(id)).status).toBe('active');
    await as(bench.admin).post(`/integrations/${id}/test`).expect(200);
    expect(await audited('credentials.updated', id)).toEqual([
      expect.objectContaining({ outcome: 'failure', metadata: { kind: 'auth' } }),
    ]);
    const { body: log } = await as(bench.admin).get(`/integrations/${id}/logs`).expect(200);
    expect(log.data.logs[1]).toMatchObject({ action: 'credentials_refused', status: 'warning' });
  });

  it.each<[object, string]>([
    [{}, 'credential_type'],
    [{ credential_type: 'api_token' }, 'auth_token'],
    [{ credential_type: 'basic_auth', username: 'a', password: 'b' }, 'credential_type'],
    [{ ...token('x'), auth_mode: 'nothing' }, 'auth_mode'],
    [{ ...token('x'), more: 1 }, 'more'],
    [{ credentials: token('x') }, 'credential_type'],
    [token(''), 'auth_token'],
  ])('that cannot be are refused with the flat names of their fields: %j', async (credentials, field) => {
    const { id } = await bench.create();
    const { body } = await replace(id, credentials).expect(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
    expect(Object.keys(body.error.details)).toEqual([field]);
    expect(bench.counterpart.requests).toHaveLength(0);
  });

  it('may be of another way to authenticate', async () => {
    bench.counterpart.answers({ 'GET /me': { json: {} } });
    const { id } = await bench.create(bench.admin, GENERIC);
    const { body } = await replace(id, {
      credential_type: 'basic_auth',
      username: 'ada',
      password: NEW_TOKEN,
    }).expect(200);
    expect(body.data.integration).toMatchObject({ auth_mode: 'basic', credential_type: 'basic_auth' });
    expect(await inspect(id)).toMatchObject({ auth_mode: 'basic', fields: ['password', 'username'] });
    bench.counterpart.answers({ 'GET /me': { json: {} } });
    await as(bench.admin).post(`/integrations/${id}/test`).expect(200);
    expect(bench.counterpart.requests[0]!.headers.authorization).toBe(
      `Basic ${Buffer.from(`ada:${NEW_TOKEN}`).toString('base64')}`,
    );
    const rows = await bench.testApp.sql('SELECT 1 FROM integration_credentials WHERE integration_id = $1', [
      id,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('sent twice at once leave one that works', async () => {
    const { id } = await bench.create(bench.admin, GENERIC);
    bench.counterpart.answers({ 'GET /me': { json: {} } });
    await Promise.all([
      replace(id, { credential_type: 'api_token', auth_mode: 'bearer', token: 'one' }).expect(200),
      replace(id, { credential_type: 'basic_auth', username: 'two', password: 'two' }).expect(200),
    ]);
    const rows = await bench.testApp.sql<{ credential_type: string }>(
      'SELECT credential_type FROM integration_credentials WHERE integration_id = $1',
      [id],
    );
    expect(rows).toEqual([{ credential_type: (await bench.read(id)).credential_type }]);
    bench.counterpart.answers({ 'GET /me': { json: {} } });
    await as(bench.admin).post(`/integrations/${id}/test`).expect(200);
    const basic = rows[0]!.credential_type === 'basic_auth';
    expect(bench.counterpart.requests[0]!.headers.authorization).toMatch(basic ? /^Basic / : /^Bearer one$/);
    expect(await audited('credentials.updated', id)).toHaveLength(2);
  });

  it('are kept for what is disabled, which stays so', async () => {
    const { id } = await bench.create();
    await as(bench.admin).post(`/integrations/${id}/disable`).expect(200);
    await replace(id, token(NEW_TOKEN)).expect(200);
    expect(await bench.read(id)).toMatchObject({ status: 'disabled', next_check_at: null });
  });
});

describe('what is sealed', () => {
  it('stands nowhere in the database in the clear', async () => {
    await bench.create(bench.admin, { test: true });
    const tables = await bench.testApp.sql<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname IN ('public', 'pgboss')`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const rows = await bench.testApp.sql(
        `SELECT 1 FROM ${name} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0`,
        [TOKEN, Buffer.from(TOKEN).toString('hex')],
      );
      expect({ name, rows }).toEqual({ name, rows: [] });
    }
  });
});

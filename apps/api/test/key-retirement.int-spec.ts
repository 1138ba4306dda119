import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { KeyRetirementService } from '../src/vault/key-retirement.service.js';
import { seal } from '../src/vault/sealed-format.js';
import { SecretVerificationService } from '../src/vault/secret-verification.service.js';
import { VaultService } from '../src/vault/vault.service.js';
import {
  addCredentials,
  credentialsOf,
  finishRotations,
  flip,
  readAll,
  rotationsOf,
  startRotation,
  SYSTEM,
} from './support/keys.js';
import { type Account, TestApp } from './support/test-app.js';

let testApp: TestApp;
let account: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

beforeEach(async () => {
  account = await testApp.account();
});

const find = (id: string) => rotationsOf(testApp.app).require(id);

const retire = (version?: number) =>
  testApp.app.get(KeyRetirementService, { strict: false }).retire(SYSTEM, account.organizationId, version);

const verify = (organizationId: string | null) =>
  testApp.app.get(SecretVerificationService, { strict: false }).start(SYSTEM, organizationId);

async function rotate(): Promise<string> {
  const { id } = await startRotation(testApp.app, account);
  await finishRotations(testApp.app);
  return id;
}

const unreadable = async (): Promise<string[]> => {
  const rows = await testApp.sql<{ row_id: string }>('SELECT row_id FROM unreadable_secrets');
  return rows.map(({ row_id }) => row_id);
};

const actions = async (): Promise<string[]> => {
  const rows = await testApp.sql<{ action: string }>(
    "SELECT action FROM audit_logs WHERE organization_id = $1 AND action LIKE 'keys.%' ORDER BY sequence",
    [account.organizationId],
  );
  return rows.map(({ action }) => action);
};

describe('an old version of a key', () => {
  it('is destroyed once nothing is sealed under it, and not before', async () => {
    await addCredentials(testApp, account, 10);
    await expect(retire()).rejects.toMatchObject({ code: 'CONFLICT' });
    const { id } = await startRotation(testApp.app, account);
    await expect(retire()).rejects.toMatchObject({ code: 'CONFLICT', details: { rotation_id: id } });
    await finishRotations(testApp.app);
    expect((await find(id)).state).toBe('completed');
    await expect(retire(2)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(retire(7)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    expect(await retire(1)).toEqual({ retired: [1], kept: [] });

    const keys = await testApp.sql(
      'SELECT version, state FROM organization_keys WHERE organization_id = $1',
      [account.organizationId],
    );
    expect(keys).toEqual([{ version: 2, state: 'active' }]);
    expect((await find(id)).retired_at).not.toBeNull();
    expect((await actions()).at(-1)).toBe('keys.retired');
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 10 }, right: 10 });
    await expect(retire()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('stays while something that does not open is sealed under it, which is named, and others go', async () => {
    const [broken] = await addCredentials(testApp, account, 3);
    await flip(testApp, broken!);
    await rotate();
    await expect(retire()).rejects.toMatchObject({
      code: 'CONFLICT',
      details: {
        versions: [{ version: 1, values: 1 }],
        unreadable: [{ table: 'integration_credentials', row_id: broken, key_version: 1 }],
      },
    });
    await rotate();

    expect(await retire()).toEqual({ retired: [2], kept: [{ version: 1, values: 1 }] });

    await testApp.sql(
      'DELETE FROM integrations i USING integration_credentials c WHERE c.integration_id = i.id AND c.id = $1',
      [broken],
    );
    expect(await unreadable()).not.toContain(broken);
    expect(await retire()).toEqual({ retired: [1], kept: [] });
  });

  it('gives up what a writer sealed under it before the rotation and committed after', async () => {
    const [id] = await addCredentials(testApp, account, 1);
    const [row] = await credentialsOf(testApp, account);
    await rotate();
    await testApp.sql('UPDATE integration_credentials SET sealed = $2, key_version = 1 WHERE id = $1', [
      id,
      row!.sealed,
    ]);

    expect(await retire()).toEqual({ retired: [1], kept: [] });

    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 1 }, right: 1 });
  });

  it('that was destroyed refuses a writer that commits too late, rather than keeping what nobody can open', async () => {
    const [id] = await addCredentials(testApp, account, 1);
    const { organizationId } = account;
    const key = await testApp.app.get(VaultService, { strict: false }).key(organizationId, 1);
    const place = [organizationId, 'integration_credentials', id!, 'api_token'];
    const late = seal(key, 1, place, Buffer.from('{}'));
    await rotate();
    const writer = new pg.Client({ connectionString: testApp.urls.app });
    await writer.connect();
    await writer.query('BEGIN');
    await writer.query("SELECT set_config('app.organization_id', $1, true)", [organizationId]);
    const [integrationId, credentialId] = [crypto.randomUUID(), crypto.randomUUID()];
    await writer.query(
      `INSERT INTO integrations (organization_id, id, integration_type_id, name, auth_mode)
       VALUES ($1, $2, 'generic_http', 'Late', 'bearer')`,
      [organizationId, integrationId],
    );
    await writer.query(
      `INSERT INTO integration_credentials
         (organization_id, id, integration_id, credential_type, sealed, key_version, field_names)
       VALUES ($1, $2, $3, 'api_token', $4, 1, '{}')`,
      [organizationId, credentialId, integrationId, late],
    );

    expect(await retire()).toEqual({ retired: [1], kept: [] });

    await expect(writer.query('COMMIT')).rejects.toMatchObject({ code: '23503' });
    await writer.end();
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 1 }, right: 1 });
  });
});

describe('a request that sealed under a version which is destroyed before it commits', () => {
  it('is told to try again, keeps nothing, and succeeds then', async () => {
    const body = {
      integration_type_id: 'generic_http',
      name: 'Late',
      config: { base_url: 'https://api.example.com' },
      credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: 'late-token' },
    };
    const blocker = new pg.Client({ connectionString: testApp.urls.owner });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE integrations IN SHARE ROW EXCLUSIVE MODE');
    const request = testApp
      .as(account)
      .post('/integrations', body)
      .then((answer) => answer);
    const waiting =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while ((await testApp.sql(waiting)).length === 0) continue;
    await rotate();
    expect(await retire()).toEqual({ retired: [1], kept: [] });
    await blocker.query('COMMIT');
    await blocker.end();

    const { status, body: refusal } = await request;

    expect([status, refusal.error.code]).toEqual([503, 'UNAVAILABLE']);
    expect(await credentialsOf(testApp, account)).toEqual([]);
    await testApp.as(account).post('/integrations', body).expect(201);
    expect((await readAll(testApp, account)).versions).toEqual({ 2: 1 });
  });
});

describe('a verification', () => {
  it('opens everything, says how much of each version, and names what does not open', async () => {
    const ids = await addCredentials(testApp, account, 1500);
    await flip(testApp, ids[3]!);
    const { id } = await verify(account.organizationId);
    await expect(verify(account.organizationId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await finishRotations(testApp.app);

    expect(await find(id)).toMatchObject({
      kind: 'verification',
      state: 'completed',
      total: 1500,
      done: 1499,
      skipped: 1,
      report: { organizations: 1, opened: 1499, unreadable: 1, versions: { 1: 1499 } },
    });
    expect(await unreadable()).toEqual([ids[3]]);
    expect(await actions()).toEqual(['keys.verification_started', 'keys.verified']);
  });

  it('forgets what opens again, however it was mended', async () => {
    const [id] = await addCredentials(testApp, account, 1);
    await flip(testApp, id!);
    await verify(account.organizationId);
    await finishRotations(testApp.app);
    expect(await unreadable()).toContain(id);
    await testApp.sql('ALTER TABLE integration_credentials DISABLE TRIGGER mended');
    await flip(testApp, id!);
    await testApp.sql('ALTER TABLE integration_credentials ENABLE TRIGGER mended');
    expect(await unreadable()).toContain(id);

    await verify(account.organizationId);
    await finishRotations(testApp.app);

    expect(await unreadable()).not.toContain(id);
  });

  it('of everything goes through all organisations', async () => {
    const other = await testApp.account();
    const [mine] = await addCredentials(testApp, account, 2);
    const [theirs] = await addCredentials(testApp, other, 2);
    await flip(testApp, mine!);
    await flip(testApp, theirs!);
    const { id } = await verify(null);
    await finishRotations(testApp.app);

    expect(await find(id)).toMatchObject({
      state: 'completed',
      organization_id: expect.stringMatching(/^0{8}/),
    });
    expect(await unreadable()).toEqual(expect.arrayContaining([mine, theirs]));
  });

  it('of an organisation that is not there is refused', async () => {
    await expect(verify(crypto.randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

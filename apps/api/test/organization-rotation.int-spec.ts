import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { OrganizationRotationService } from '../src/vault/organization-rotation.service.js';
import { LEASE_MS, LeaseLostError, type RotationLease } from '../src/vault/rotation-lease.js';
import { VaultService } from '../src/vault/vault.service.js';
import { Counterpart, eventually } from './support/counterpart.js';
import {
  addCredentials,
  finishRotations,
  readAll,
  rotationsOf,
  runnerOf,
  startRotation,
  SYSTEM,
} from './support/keys.js';
import { createIntegration, integrationForm, letIn, type Stage } from './support/route-calls.js';
import { type Account, TestApp } from './support/test-app.js';

let testApp: TestApp;
let account: Account;
let counterpart: Counterpart;
let stage: Stage;

beforeAll(async () => {
  testApp = await TestApp.start();
  counterpart = await Counterpart.start();
  letIn(counterpart, 'a-secret-of-the-test');
});

afterAll(async () => {
  await counterpart.close();
  await testApp.close();
});

beforeEach(async () => {
  account = await testApp.account();
  stage = { testApp, admin: account, counterpart, secret: 'a-secret-of-the-test', password: '' };
});

const find = (id: string) => rotationsOf(testApp.app).require(id);

const serviceOf = (app: INestApplicationContext) => app.get(OrganizationRotationService, { strict: false });

const run = (app: INestApplicationContext, lease: RotationLease) =>
  serviceOf(app).run(lease, new AbortController().signal);

const actions = async (): Promise<string[]> => {
  const rows = await testApp.sql<{ action: string }>(
    "SELECT action FROM audit_logs WHERE organization_id = $1 AND action LIKE 'keys.%' ORDER BY sequence",
    [account.organizationId],
  );
  return rows.map(({ action }) => action);
};

const unreadable = () =>
  testApp.sql<{ row_id: string; reason: string; key_version: number }>(
    'SELECT row_id, reason, key_version FROM unreadable_secrets WHERE organization_id = $1 ORDER BY row_id',
    [account.organizationId],
  );

/** Works on it until so many batches are committed, and is gone then without a word, as a killed process is. */
async function workAndDie(app: INestApplicationContext, id: string, batches: number): Promise<RotationLease> {
  const lease = (await rotationsOf(app).claim(account.organizationId, id))!;
  const commit = lease.commit.bind(lease);
  let left = batches;
  lease.commit = async (...args) => {
    if (left === 0) throw new Error('killed');
    left -= 1;
    await commit(...args);
  };
  await expect(run(app, lease)).rejects.toThrow('killed');
  lease.commit = commit;
  return lease;
}

describe('the rotation of an organisation’s key', () => {
  it('seals everything anew, and everything opens before, meanwhile and after', async () => {
    await addCredentials(testApp, account, 2500);
    const { id, ...begun } = await startRotation(testApp.app, account);
    expect(begun).toMatchObject({ state: 'running', from_key: '1', to_key: '2', total: 2500, done: 0 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 1: 2500 }, right: 2500 });
    await addCredentials(testApp, account, 1);
    expect(await readAll(testApp, account)).toEqual({ versions: { 1: 2500, 2: 1 }, right: 2501 });

    expect(await runnerOf(testApp.app).work(account.organizationId, id)).toBe(true);

    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 2501 }, right: 2501 });
    expect(await find(id)).toMatchObject({ state: 'completed', total: 2500, done: 2500, skipped: 0 });
    expect(await actions()).toEqual(['keys.rotation_started', 'keys.rotation_completed']);
  });

  it('seals the value before the present one anew too', async () => {
    const [id] = await addCredentials(testApp, account, 1);
    await testApp.sql(
      'UPDATE integration_credentials SET previous_sealed = sealed, previous_key_version = key_version WHERE id = $1',
      [id],
    );
    await startRotation(testApp.app, account);
    await finishRotations(testApp.app);

    const [row] = await testApp.sql<{ previous_sealed: Buffer; previous_key_version: number }>(
      'SELECT previous_sealed, previous_key_version FROM integration_credentials WHERE id = $1',
      [id],
    );
    expect(row!.previous_key_version).toBe(2);
    const place = { organizationId: account.organizationId, table: 'integration_credentials', rowId: id! };
    const vault = testApp.app.get(VaultService, { strict: false });
    const plaintext = await vault.open({ ...place, purpose: 'api_token' }, row!.previous_sealed);
    expect(plaintext.toString()).toContain('secret of');
  });

  it('that was killed goes on with what is left, and nothing is done twice', async () => {
    await addCredentials(testApp, account, 3500);
    const { id } = await startRotation(testApp.app, account);
    await workAndDie(testApp.app, id, 2);
    expect(await find(id)).toMatchObject({ state: 'running', done: 2000 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 1: 1500, 2: 2000 }, right: 3500 });
    expect(await runnerOf(testApp.app).work(account.organizationId, id)).toBe(false);

    testApp.clock.advance(LEASE_MS);
    await runnerOf(testApp.app).round();
    await runnerOf(testApp.app).settled();

    expect(await find(id)).toMatchObject({ state: 'completed', total: 3500, done: 3500 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 3500 }, right: 3500 });
  });

  it('writes nothing any more in a process that another took it from', async () => {
    await addCredentials(testApp, account, 1500);
    const { id } = await startRotation(testApp.app, account);
    const lease = await workAndDie(testApp.app, id, 1);
    testApp.clock.advance(LEASE_MS);
    const replica = await testApp.launch();
    const taken = (await rotationsOf(replica).claim(account.organizationId, id))!;

    const late = lease.commit(account.organizationId, async (manager) => {
      await manager.query('DELETE FROM integration_credentials WHERE organization_id = $1', [
        account.organizationId,
      ]);
      return {};
    });

    await expect(late).rejects.toThrow(LeaseLostError);
    expect((await readAll(testApp, account)).right).toBe(1500);
    await run(replica, taken);
    expect(await find(id)).toMatchObject({ state: 'completed', done: 1500 });
    await replica.close();
  });

  it('is worked on by one of two replicas that want it', async () => {
    await addCredentials(testApp, account, 3000);
    const { id } = await startRotation(testApp.app, account);
    const replica = await testApp.launch();

    const worked = await Promise.all(
      [testApp.app, replica].map((app) => runnerOf(app).work(account.organizationId, id)),
    );

    expect(worked.toSorted()).toEqual([false, true]);
    expect(await find(id)).toMatchObject({ state: 'completed', done: 3000, skipped: 0 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 3000 }, right: 3000 });
    await replica.close();
  });

  it('is handed on by a process that stops in order, without waiting for anything', async () => {
    await addCredentials(testApp, account, 3000);
    const { id } = await startRotation(testApp.app, account);
    const replica = await testApp.launch();
    const work = runnerOf(replica).work(account.organizationId, id);
    await replica.close();
    await work;

    await finishRotations(testApp.app);

    expect(await find(id)).toMatchObject({ state: 'completed', done: 3000 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 3000 }, right: 3000 });
  });

  it('tells other replicas, which seal with the new version from then on', async () => {
    const replica = await testApp.launch();
    const place = { organizationId: account.organizationId, table: 't', rowId: account.userId, purpose: '' };
    const vault = replica.get(VaultService, { strict: false });
    expect((await vault.seal(place, Buffer.from('x'))).keyVersion).toBe(1);
    await startRotation(testApp.app, account);

    await eventually(
      async () => (await vault.seal(place, Buffer.from('x'))).keyVersion === 2,
      'the notice has arrived',
    );
    await finishRotations(testApp.app);
    await replica.close();
  });

  it('is begun once', async () => {
    const first = await startRotation(testApp.app, account);
    await expect(startRotation(testApp.app, account)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { rotation_id: first.id, state: 'running' },
    });
    await finishRotations(testApp.app);

    const both = await Promise.allSettled([1, 2].map(() => startRotation(testApp.app, account)));

    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find((result) => result.status === 'rejected');
    expect(refused!.reason).toMatchObject({ code: 'CONFLICT' });
    await finishRotations(testApp.app);
  });

  it('stops where it is paused, and goes on when it is resumed', async () => {
    await addCredentials(testApp, account, 3500);
    const { id } = await startRotation(testApp.app, account);
    const rotations = rotationsOf(testApp.app);
    const lease = (await rotations.claim(account.organizationId, id))!;
    const commit = lease.commit.bind(lease);
    lease.commit = async (...args) => {
      await commit(...args);
      if (lease.progress.done === 1000) await rotations.pause(SYSTEM, id);
    };
    await expect(run(testApp.app, lease)).rejects.toThrow(LeaseLostError);

    expect(await find(id)).toMatchObject({ state: 'paused', done: 1000 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 1: 2500, 2: 1000 }, right: 3500 });
    expect(await runnerOf(testApp.app).work(account.organizationId, id)).toBe(false);
    await expect(rotations.pause(SYSTEM, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await rotations.resume(SYSTEM, id);
    await finishRotations(testApp.app);
    expect(await find(id)).toMatchObject({ state: 'completed', done: 3500 });
    await expect(rotations.resume(SYSTEM, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await actions()).toEqual([
      'keys.rotation_started',
      'keys.rotation_paused',
      'keys.rotation_resumed',
      'keys.rotation_completed',
    ]);
  });

  it('loses nothing of what is written meanwhile', async () => {
    const make = (name: string) => createIntegration(stage, { name });
    const replaced = await Promise.all(['R1', 'R2', 'R3'].map(make));
    const deleted = await Promise.all(['D1', 'D2', 'D3'].map(make));
    await addCredentials(testApp, account, 3000);
    const { id } = await startRotation(testApp.app, account);
    const as = testApp.as(account);
    const { credentials } = integrationForm(stage);

    await Promise.all([
      runnerOf(testApp.app).work(account.organizationId, id),
      ...replaced.map((each) => as.patch(`/integrations/${each}/credentials`, credentials).expect(200)),
      ...deleted.map((each) => as.delete(`/integrations/${each}`).expect(200)),
      ...['C1', 'C2', 'C3'].map(make),
    ]);

    expect(await find(id)).toMatchObject({ state: 'completed', skipped: 0 });
    expect((await readAll(testApp, account)).versions).toEqual({ 2: 3006 });
    for (const each of replaced) await as.post(`/integrations/${each}/test`).expect(200);
    expect(await unreadable()).toEqual([]);
  });

  it('never writes over what was replaced between its reading and its writing', async () => {
    const [id] = await addCredentials(testApp, account, 1);
    const rotation = await startRotation(testApp.app, account);
    const lease = (await rotationsOf(testApp.app).claim(account.organizationId, rotation.id))!;
    const writer = new pg.Client({ connectionString: testApp.urls.app });
    await writer.connect();
    await writer.query("SELECT set_config('app.organization_id', $1, false)", [account.organizationId]);
    const place = { organizationId: account.organizationId, table: 'integration_credentials', rowId: id! };
    const vault = testApp.app.get(VaultService, { strict: false });
    const { sealed } = await vault.seal({ ...place, purpose: 'api_token' }, Buffer.from('{"token":"new"}'));
    const commit = lease.commit.bind(lease);
    let between = true;
    lease.commit = async (...args) => {
      if (between) {
        await writer.query(
          'UPDATE integration_credentials SET sealed = $2, key_version = 2 WHERE organization_id = $3 AND id = $1',
          [id, sealed, account.organizationId],
        );
      }
      between = false;
      await commit(...args);
    };

    await run(testApp.app, lease);
    await writer.end();

    const [row] = await testApp.sql<{ sealed: Buffer }>(
      'SELECT sealed FROM integration_credentials WHERE id = $1',
      [id],
    );
    expect(row!.sealed.equals(sealed)).toBe(true);
    expect(await find(rotation.id)).toMatchObject({ state: 'completed', done: 0, skipped: 0 });
  });
});

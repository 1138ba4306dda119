import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UnreadableCredentials } from '../src/integrations/credentials/unreadable-credentials.js';
import { UnwrappedKeys } from '../src/vault/unwrapped-keys.js';
import { Counterpart } from './support/counterpart.js';
import {
  addCredentials,
  finishRotations,
  flip,
  readAll,
  rotationsOf,
  startRotation,
} from './support/keys.js';
import { createIntegration, integrationForm, letIn, type Stage } from './support/route-calls.js';
import { type Account, TestApp } from './support/test-app.js';
import { round } from './support/watch.js';

let testApp: TestApp;
let account: Account;
let counterpart: Counterpart;
let stage: Stage;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account();
  counterpart = await Counterpart.start();
  letIn(counterpart, 'a-secret-of-the-test');
  stage = { testApp, admin: account, counterpart, secret: 'a-secret-of-the-test', password: '' };
});

afterAll(async () => {
  await counterpart.close();
  await testApp.close();
});

const find = (id: string) => rotationsOf(testApp.app).require(id);

const unreadable = () =>
  testApp.sql<{ row_id: string; reason: string; key_version: number }>(
    'SELECT row_id, reason, key_version FROM unreadable_secrets WHERE organization_id = $1 ORDER BY row_id',
    [account.organizationId],
  );

it('a row that does not open is skipped and shown as broken, and all else goes on', async () => {
  const broken = await createIntegration(stage, { name: 'Broken' });
  const healthy = await createIntegration(stage, { name: 'Healthy' });
  const [first, second] = await addCredentials(testApp, account, 1200);
  const [row] = await testApp.sql<{ id: string }>(
    'SELECT id FROM integration_credentials WHERE integration_id = $1',
    [broken],
  );
  const flipped = row!.id;
  await flip(testApp, flipped);
  await testApp.sql(
    'UPDATE integration_credentials c SET sealed = o.sealed FROM integration_credentials o WHERE c.id = $1 AND o.id = $2',
    [first, second],
  );
  await testApp.sql('UPDATE integrations SET next_check_at = NULL WHERE organization_id = $1', [
    account.organizationId,
  ]);

  const { id } = await startRotation(testApp.app, account);
  await finishRotations(testApp.app);

  expect(await find(id)).toMatchObject({ state: 'completed', total: 1202, done: 1200, skipped: 2 });
  const found = await unreadable();
  expect(found.map(({ row_id }) => row_id)).toEqual([flipped, first].toSorted());
  expect(found.every(({ reason, key_version }) => reason.length > 10 && key_version === 1)).toBe(true);
  const jobs = await testApp.sql<{ data: { row_ids: string[] } }>(
    "SELECT data FROM pgboss.job WHERE name = 'vault.unreadable' AND data->>'organization_id' = $1",
    [account.organizationId],
  );
  const told = jobs.flatMap(({ data }) => data.row_ids);
  expect(told.toSorted()).toEqual([flipped, first].toSorted());

  const { organizationId: organization_id } = account;
  const consumer = testApp.app.get(UnreadableCredentials, { strict: false });
  await consumer.check({ organization_id, table: 'integration_credentials', row_ids: [flipped] });
  await round(testApp.app);
  const as = testApp.as(account);
  const { integration } = (await as.get(`/integrations/${broken}`).expect(200)).body.data;
  expect(integration).toMatchObject({
    status: 'error',
    error_message: 'The stored credential cannot be opened',
  });
  await as.post(`/integrations/${healthy}/test`).expect(200);

  await as.patch(`/integrations/${broken}/credentials`, integrationForm(stage).credentials).expect(200);
  expect((await unreadable()).map(({ row_id }) => row_id)).toEqual([first]);
  await as.post(`/integrations/${broken}/test`).expect(200);
});

it('a key of an organisation that does not open is told of in plain words, and a rotation of it mends that', async () => {
  const sick = await testApp.account();
  const sickStage = { ...stage, admin: sick };
  const as = testApp.as(sick);
  const id = await createIntegration(sickStage, { name: 'Sealed before' });
  await testApp.sql(
    'UPDATE organization_keys SET wrapped_key = set_byte(wrapped_key, 60, get_byte(wrapped_key, 60) # 1) WHERE organization_id = $1',
    [sick.organizationId],
  );
  testApp.app.get(UnwrappedKeys, { strict: false }).forget(sick.organizationId);
  const enterAgain = () => as.patch(`/integrations/${id}/credentials`, integrationForm(stage).credentials);
  for (const answer of [
    await enterAgain().expect(503),
    await as.post('/integrations', { ...integrationForm(stage), name: 'New' }).expect(503),
  ])
    expect(answer.body.error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('whoever runs Latchkey'),
    });

  await startRotation(testApp.app, sick);
  await finishRotations(testApp.app);
  await enterAgain().expect(200);
  await as.post(`/integrations/${id}/test`).expect(200);
});

it('of a version from before that does not open it is said that the present one does', async () => {
  const [id] = await addCredentials(testApp, account, 1);
  await testApp.sql(
    `UPDATE integration_credentials SET previous_sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1),
       previous_key_version = key_version WHERE id = $1`,
    [id],
  );
  await startRotation(testApp.app, account);
  await finishRotations(testApp.app);

  const reasons = (await unreadable()).filter(({ row_id }) => row_id === id).map(({ reason }) => reason);
  expect(reasons).toEqual([expect.stringContaining('The present value opens')]);
});

it('a row that names another version than its value was sealed under is found by a verification', async () => {
  const [id] = await addCredentials(testApp, account, 1);
  await testApp.sql('UPDATE integration_credentials SET key_version = key_version - 1 WHERE id = $1', [id]);
  await testApp
    .as(account)
    .post('/admin/keys/verify', { organization_id: account.organizationId })
    .expect(202);
  await finishRotations(testApp.app);

  const reasons = (await unreadable()).filter(({ row_id }) => row_id === id).map(({ reason }) => reason);
  expect(reasons).toEqual([expect.stringContaining('names another version')]);
});

it('no byte of a value that was changed, and no cut, stops the rotation of the others', async () => {
  const hurt = await testApp.account();
  const ids = await addCredentials(testApp, hurt, 12);
  const [cut, ...flipped] = ids;
  // Format, every byte of the key version, salt, nonce, ciphertext: the highest bit of each.
  for (const [index, offset] of [0, 1, 2, 3, 4, 5, 37, 49, 60].entries())
    await testApp.sql(
      'UPDATE integration_credentials SET sealed = set_byte(sealed, $2, get_byte(sealed, $2) # 128) WHERE id = $1',
      [flipped[index], offset],
    );
  await testApp.sql("UPDATE integration_credentials SET sealed = '' WHERE id = $1", [cut]);

  const { id } = await startRotation(testApp.app, hurt);
  await finishRotations(testApp.app);

  expect(await find(id)).toMatchObject({ state: 'completed', total: 12, done: 2, skipped: 10 });
  expect((await readAll(testApp, hurt)).versions).toEqual({ 1: 10, 2: 2 });
  await testApp.as(account).post('/admin/keys/verify', { organization_id: hurt.organizationId }).expect(202);
  await finishRotations(testApp.app);
  expect(await rotationsOf(testApp.app).findLatest(hurt.organizationId, 'verification')).toMatchObject({
    state: 'completed',
    done: 2,
    skipped: 10,
  });
});

it('a rotation whose own new key does not open has failed, and goes on with another one', async () => {
  const sick = await testApp.account();
  await addCredentials(testApp, sick, 3);
  const { id } = await startRotation(testApp.app, sick);
  await testApp.sql(
    `UPDATE organization_keys SET wrapped_key = set_byte(wrapped_key, 60, get_byte(wrapped_key, 60) # 1)
     WHERE organization_id = $1 AND version = 2`,
    [sick.organizationId],
  );
  testApp.app.get(UnwrappedKeys, { strict: false }).forget(sick.organizationId);
  await finishRotations(testApp.app);
  expect(await find(id)).toMatchObject({
    state: 'failed',
    done: 0,
    skipped: 0,
    error: expect.stringContaining('version 2'),
  });

  await testApp.as(account).post(`/admin/keys/rotations/${id}/resume`).expect(200);
  await finishRotations(testApp.app);

  expect(await find(id)).toMatchObject({
    state: 'completed',
    from_key: '1',
    to_key: '3',
    done: 3,
    skipped: 0,
  });
  expect(await readAll(testApp, sick)).toEqual({ versions: { 3: 3 }, right: 3 });
});

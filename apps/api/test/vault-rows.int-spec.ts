import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { Counterpart } from './support/counterpart.js';
import { createIntegration, letIn, type Stage } from './support/route-calls.js';
import { TestApp } from './support/test-app.js';

let stage: Stage;
let other: Stage;
let id: string;
let neighbour: string;
let foreign: string;

beforeAll(async () => {
  const testApp = await TestApp.start();
  const counterpart = await Counterpart.start();
  const shared = { testApp, counterpart, secret: 'a-secret-of-the-test', password: '' };
  stage = { ...shared, admin: await testApp.account() };
  other = { ...shared, admin: await testApp.account() };
});

beforeEach(async () => {
  letIn(stage.counterpart, stage.secret);
  id = await createIntegration(stage, { name: 'Target' });
  neighbour = await createIntegration(stage, { name: 'Neighbour' });
  foreign = await createIntegration(other, { name: 'Foreign' });
});

afterEach(() => stage.testApp.sql('DELETE FROM integrations'));

afterAll(async () => {
  await stage.counterpart.close();
  await stage.testApp.close();
});

const change = (sql: string, ...parameters: unknown[]) =>
  stage.testApp.sql(`UPDATE integration_credentials c SET ${sql} WHERE c.integration_id = $1`, [
    id,
    ...parameters,
  ]);

const copyFrom = (source: string) =>
  change('sealed = (SELECT sealed FROM integration_credentials WHERE integration_id = $2)', source);

const flip = (offset: number) =>
  change(`sealed = set_byte(sealed, ${offset}, get_byte(sealed, ${offset}) # 1)`);

/** The test says that it is broken, calls nobody, and everything else goes on. */
async function expectBroken(): Promise<void> {
  const as = stage.testApp.as(stage.admin);
  const { body } = await as.post(`/integrations/${id}/test`).expect(422);

  expect(body.error).toMatchObject({
    code: 'CONNECTION_FAILED',
    details: { kind: 'config', reason: 'The stored credential cannot be opened' },
  });
  expect(stage.counterpart.requests).toEqual([]);
  const { integrations } = (await as.get('/integrations?sort=name').expect(200)).body.data;
  expect(integrations).toMatchObject([
    { id: neighbour, status: 'pending', error_code: null },
    { id, status: 'error', error_code: 'config', error_message: 'The stored credential cannot be opened' },
  ]);
  await as.get(`/integrations/${id}`).expect(200);
  await as.get(`/integrations/${id}/credentials`).expect(200);
  await as.post(`/integrations/${neighbour}/test`).expect(200);
  await stage.testApp.as(other.admin).post(`/integrations/${foreign}/test`).expect(200);
}

describe('a sealed credential', () => {
  it('opens where it belongs, so that the refusals below prove something', async () => {
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/test`).expect(200);

    expect(stage.counterpart.requests.length).toBeGreaterThan(0);
  });

  it('does not open when it is copied from another integration of the organisation', async () => {
    await copyFrom(neighbour);
    await expectBroken();
  });

  it('does not open when it is copied from another organisation', async () => {
    await copyFrom(foreign);
    await expectBroken();
  });

  it('does not open when the whole row is moved to another integration under another id', async () => {
    await change('id = gen_random_uuid()');
    await expectBroken();
  });

  it('does not open as another type of credential', async () => {
    await change("credential_type = 'basic_auth'");
    await expectBroken();
  });

  it.each([
    ['the format version', 0],
    ['the version of the key', 4],
    ['the salt', 10],
    ['the nonce', 40],
    ['the ciphertext', 55],
  ])('does not open when a bit of %s is flipped', async (_, offset) => {
    await flip(offset);
    await expectBroken();
  });

  it('does not open when a bit of the tag is flipped', async () => {
    await change('sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 128)');
    await expectBroken();
  });

  it.each(['', '00', '01000000'])('does not open when it is only 0x%s', async (digits) => {
    await change("sealed = decode($2, 'hex')", digits);
    await expectBroken();
  });

  it('does not open once the key of its organisation is another', async () => {
    const [key] = await stage.testApp.sql<{ wrapped_key: Buffer }>(
      'SELECT wrapped_key FROM organization_keys WHERE organization_id = $1',
      [stage.admin.organizationId],
    );
    await stage.testApp.sql(
      `UPDATE organization_keys SET wrapped_key = (SELECT wrapped_key FROM organization_keys WHERE organization_id = $2)
       WHERE organization_id = $1`,
      [stage.admin.organizationId, other.admin.organizationId],
    );
    const replica = await stage.testApp.launch();
    const answer = await supertest(replica.getHttpServer())
      .post(`/api/v1/integrations/${id}/test`)
      .set('authorization', `Bearer ${stage.admin.accessToken}`);
    await replica.close();
    await stage.testApp.sql('UPDATE organization_keys SET wrapped_key = $2 WHERE organization_id = $1', [
      stage.admin.organizationId,
      key!.wrapped_key,
    ]);

    expect([answer.status, answer.body.error?.details?.kind]).toEqual([422, 'config']);
  });

  it('that does not open is mended by entering the credential again', async () => {
    await flip(55);
    await expectBroken();
    await stage.testApp
      .as(stage.admin)
      .patch(`/integrations/${id}/credentials`, {
        credential_type: 'api_token',
        auth_mode: 'bearer',
        token: stage.secret,
      })
      .expect(200);

    await stage.testApp.as(stage.admin).post(`/integrations/${id}/test`).expect(200);
  });
});

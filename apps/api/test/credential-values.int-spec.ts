import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { ChangeFeed } from '../src/database/change-feed.js';
import { LiveConnections } from '../src/integrations/credentials/live-connections.js';
import { Counterpart, eventually } from './support/counterpart.js';
import { type MadeToken, makeToken, readValue } from './support/programs.js';
import { createIntegration, integrationForm, letIn, type Stage } from './support/route-calls.js';
import { TestApp } from './support/test-app.js';

const SECRET = 'the-secret-of-a-service';
/** How long an opened credential is kept in memory. */
const KEPT_MS = 30_000;
const NEWER = 'the-newer-secret-of-a-service';

let testApp: TestApp;
let replica: NestFastifyApplication;
let stage: Stage;
let token: MadeToken;
let id: string;

beforeAll(async () => {
  testApp = await TestApp.start();
  replica = await testApp.launch();
  const counterpart = await Counterpart.start();
  stage = { testApp, counterpart, secret: SECRET, password: '', admin: await testApp.account() };
  token = await makeToken(testApp, stage.admin);
});

beforeEach(async () => {
  letIn(stage.counterpart, SECRET);
  id = await createIntegration(stage);
});

afterAll(async () => {
  await replica.close();
  await testApp.close();
  await stage.counterpart.close();
});

const admin = () => testApp.as(stage.admin);
const read = () => readValue(testApp, token, id);
const readFromReplica = () =>
  supertest(replica.getHttpServer())
    .get(`/api/v1/integrations/${id}/credentials/value`)
    .set('authorization', `Bearer ${token.token}`);
const valueOf = async (request: supertest.Test): Promise<string> =>
  (await request.expect(200)).body.data.credential.values.token;
const replaceWith = (secret: string) => {
  letIn(stage.counterpart, secret);
  return admin()
    .patch(`/integrations/${id}/credentials`, {
      credential_type: 'api_token',
      auth_mode: 'bearer',
      token: secret,
    })
    .expect(200);
};
const readsAudited = async (): Promise<number> => {
  const [row] = await testApp.sql<{ count: number }>(
    "SELECT count(*)::int AS count FROM audit_logs WHERE action = 'credentials.read' AND resource_id = $1",
    [id],
  );
  return row?.count ?? 0;
};

describe('a credential read by a program', () => {
  it('is complete, must not be stored, and is in the audit trail before the answer', async () => {
    const { body, headers } = await read().expect(200);

    expect(body.data.credential).toEqual({
      integration_id: id,
      integration_type_id: 'generic_http',
      credential_type: 'api_token',
      auth_mode: 'bearer',
      status: 'pending',
      values: { token: SECRET },
      expires_at: null,
      selected_resources: [],
    });
    expect(headers['cache-control']).toBe('no-store');
    const [row] = await testApp.sql(
      'SELECT actor_type, actor_id, outcome, metadata FROM audit_logs WHERE resource_id = $1 ORDER BY sequence DESC LIMIT 1',
      [id],
    );
    expect(row).toEqual({
      actor_type: 'service_token',
      actor_id: token.id,
      outcome: 'success',
      metadata: { credential_type: 'api_token' },
    });
  });

  it('is audited once for each of many at once, in a chain that holds', async () => {
    await Promise.all(Array.from({ length: 200 }, () => read().expect(200)));

    expect(await readsAudited()).toBe(200);
    const { body } = await admin().get('/audit-logs/verify').expect(200);
    expect(body.data.verification.valid).toBe(true);
  });

  it('is named with the program in the trail that people read', async () => {
    await read().expect(200);
    const { body } = await admin().get('/audit-logs?action=credentials.read&limit=1').expect(200);
    expect(body.data.audit_logs[0]).toMatchObject({ actor_type: 'service_token', actor_name: 'A program' });
  });

  it('with write-behind is audited soon, and everything is written when the process ends', async () => {
    const path = `/organizations/${stage.admin.organizationId}`;
    await admin().patch(path, { audit_of_reads: 'write_behind' }).expect(200);
    await read().expect(200);
    await eventually(async () => (await readsAudited()) === 1, 'the read is in the trail');
    await admin().patch(path, { audit_of_reads: 'durable' }).expect(200);
  });

  it('is not answered when the row of the audit trail cannot be written', async () => {
    await read().expect(200);
    await testApp.sql('ALTER TABLE audit_logs ADD CONSTRAINT full_disk CHECK (false) NOT VALID');
    try {
      const { text } = await read().expect(500);
      expect(text).not.toContain(SECRET);
    } finally {
      await testApp.sql('ALTER TABLE audit_logs DROP CONSTRAINT full_disk');
    }
    await read().expect(200);
  });

  it('of a disabled integration, and of one that must be authorised again, is refused with the reason', async () => {
    await admin().post(`/integrations/${id}/disable`).expect(200);
    const disabled = await read().expect(409);
    expect(disabled.body.error).toMatchObject({ code: 'CONFLICT', details: { status: 'disabled' } });
    await admin().post(`/integrations/${id}/enable`).expect(200);
    await read().expect(200);

    await testApp.sql(
      "UPDATE integrations SET status = 'needs_reauth', error_message = 'The consent was withdrawn' WHERE id = $1",
      [id],
    );
    testApp.clock.advance(KEPT_MS);
    const lost = await read().expect(409);
    expect(lost.body.error).toMatchObject({
      code: 'REAUTHORIZATION_REQUIRED',
      message: expect.stringContaining('The consent was withdrawn'),
    });
  });

  it('is there no more when the integration is deleted', async () => {
    await read().expect(200);
    await admin().delete(`/integrations/${id}`).expect(200);
    await read().expect(404);
    await readValue(testApp, token, crypto.randomUUID()).expect(404);
    await readValue(testApp, token, 'not-an-id').expect(404);
  });

  it('that does not open is refused, and the others are served', async () => {
    const other = await createIntegration(stage, { name: 'Other' });
    await testApp.sql(
      'UPDATE integration_credentials SET sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1) WHERE integration_id = $1',
      [id],
    );
    const { body } = await read().expect(409);
    expect(body.error.message).toContain('cannot be opened');
    await readValue(testApp, token, other).expect(200);
  });
});

describe('a credential that changed', () => {
  it('is the new one in the very next read, and in another replica as soon as the notice has arrived', async () => {
    expect(await valueOf(read())).toBe(SECRET);
    expect(await valueOf(readFromReplica())).toBe(SECRET);
    await replaceWith(NEWER);

    expect(await valueOf(read())).toBe(NEWER);
    // The clock of the test stands still: only the notice can have made the replica forget.
    await eventually(
      async () => (await valueOf(readFromReplica())) === NEWER,
      'the replica serves the new one',
    );
  });

  it('is asked of the database again after half a minute, should a notice be lost', async () => {
    expect(await valueOf(read())).toBe(SECRET);
    const other = await createIntegration(stage, { name: 'Other' });
    await testApp.sql("UPDATE integrations SET status = 'disabled' WHERE id = $1", [id]);

    await read().expect(200);
    testApp.clock.advance(KEPT_MS);
    await read().expect(409);
    await readValue(testApp, token, other).expect(200);
  });

  it('is not kept in memory at all while notices do not arrive', async () => {
    const feed = testApp.app.get(ChangeFeed);
    let gaps = 0;
    feed.onGap(() => (gaps += 1));
    await read().expect(200);
    // Nobody gets through to it while it is away; the connections in use go on, and so do those of other tests.
    await testApp.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
      ['latchkey changes'],
    );
    await eventually(() => gaps >= 2 && feed.connected, 'the loss was noticed, and it listens again');
    await replaceWith(NEWER);
    expect(await valueOf(read())).toBe(NEWER);
    await eventually(
      async () => (await valueOf(readFromReplica())) === NEWER,
      'the replica serves the new one',
    );
  });

  it('while a read was on its way is not kept in the form it had before', async () => {
    const connections = testApp.app.get(LiveConnections);
    const reading = read();
    connections.forget(stage.admin.organizationId, id);
    await replaceWith(NEWER);
    await reading;
    expect(await valueOf(read())).toBe(NEWER);
  });
});

describe('the version before', () => {
  const stored = async () =>
    (
      await testApp.sql<{ state: string; previous: boolean; revision: number }>(
        'SELECT state, previous_sealed IS NOT NULL AS previous, revision FROM integration_credentials WHERE integration_id = $1',
        [id],
      )
    )[0];

  it('is kept until the new one is proven', async () => {
    await admin().post(`/integrations/${id}/test`).expect(200);
    expect(await stored()).toEqual({ state: 'active', previous: false, revision: 1 });
    await replaceWith(NEWER);
    // Replacing tests first, and what the test taught is written at once.
    expect(await stored()).toEqual({ state: 'active', previous: false, revision: 2 });
  });

  it('comes back when the process ended before the new one was proven, and the service refuses it', async () => {
    await admin().post(`/integrations/${id}/test`).expect(200);
    await replaceWith(NEWER);
    // As it stands when the process is killed between storing the credential and recording its test.
    await testApp.sql(
      `UPDATE integration_credentials SET state = 'updated', previous_key_version = key_version,
         previous_sealed = (SELECT sealed FROM integration_credentials WHERE integration_id = $1)
       WHERE integration_id = $1`,
      [id],
    );
    letIn(stage.counterpart, 'another-one-still');
    await admin().post(`/integrations/${id}/test`).expect(422);

    expect(await stored()).toEqual({ state: 'active', previous: false, revision: 3 });
    const { body } = await admin().get(`/integrations/${id}/logs`).expect(200);
    expect(body.data.logs.map((log: { action: string }) => log.action)).toContain('credentials_restored');
    expect(await valueOf(read())).toBe(NEWER);
  });
});

describe('a token that reads by type', () => {
  it('reads those of the type, also ones added later', async () => {
    const narrowed = await makeToken(testApp, stage.admin, { integration_type_ids: ['generic_http'] });
    const { body } = await admin()
      .post('/integrations', { ...integrationForm(stage), name: 'Later' })
      .expect(201);
    await readValue(testApp, narrowed, body.data.integration.id).expect(200);
  });
});

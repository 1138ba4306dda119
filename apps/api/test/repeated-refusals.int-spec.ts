import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { RefusalRecorder } from '../src/audit/refusal-recorder.js';
import { asProgram, type MadeToken, makeToken } from './support/programs.js';
import { type Account, TestApp } from './support/test-app.js';

const AT_ONCE = 20;
const MINUTE = 60_000;

let testApp: TestApp;
let admin: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
});

afterAll(() => testApp.close());

interface Row {
  resource_id: string | null;
  outcome: string;
  metadata: { route?: string; permission?: string; repeated?: number; ids?: string[] };
}

const rowsOf = (actorId: string) =>
  testApp.sql<Row>(
    `SELECT resource_id, outcome, metadata FROM audit_logs
     WHERE action = 'access.denied' AND actor_id = $1 ORDER BY sequence`,
    [actorId],
  );

const verify = async (account: Account) => {
  const { body } = await testApp.as(account).get('/audit-logs/verify').expect(200);
  return body.data.verification;
};

const minuteLater = async () => {
  testApp.clock.advance(MINUTE);
  await testApp.app.get(RefusalRecorder, { strict: false }).writeCounted();
};

const PROGRAM_ROUTES: [route: string, logged: string, path: (id: string) => string][] = [
  [
    'the credential value',
    'GET /api/v1/integrations/:id/credentials/value',
    (id) => `/integrations/${id}/credentials/value`,
  ],
  ['the proxy', 'GET /api/v1/integrations/:id/proxy/*', (id) => `/integrations/${id}/proxy/some/path`],
  ['an integration', 'GET /api/v1/integrations/:id', (id) => `/integrations/${id}`],
];

describe.each(PROGRAM_ROUTES)('a program that asks %s for one id after the other', (_what, route, path) => {
  it('is told each time, in the trail at first by a row for each and then in one for the rest', async () => {
    const token = await makeToken(testApp, admin);
    const ids = Array.from({ length: 40 }, () => uuidv7());
    for (const id of ids) await asProgram(testApp, token).get(path(id)).expect(404);

    const first = ids
      .slice(0, AT_ONCE)
      .map((id) => ({ resource_id: id, outcome: 'blocked', metadata: { route } }));
    expect(await rowsOf(token.id)).toEqual(first);

    await minuteLater();
    const rest = ids.slice(AT_ONCE);
    expect(await rowsOf(token.id)).toEqual([
      ...first,
      { resource_id: null, outcome: 'blocked', metadata: { route, repeated: rest.length, ids: rest } },
    ]);
    await asProgram(testApp, token).get(path(ids[0]!)).expect(404);
    expect(await rowsOf(token.id)).toHaveLength(AT_ONCE + 2);
    expect(await verify(admin)).toMatchObject({ valid: true });
  });
});

describe('refusals that are counted', () => {
  const insist = async (token: MadeToken, method: 'get' | 'put' | 'delete' = 'get') => {
    for (let call = 0; call < AT_ONCE + 3; call += 1)
      await asProgram(testApp, token)[method](`/integrations/${uuidv7()}/proxy/x`).expect(404);
  };

  it('are those of one token: another has rows of its own', async () => {
    const [one, other] = [await makeToken(testApp, admin), await makeToken(testApp, admin)];
    await insist(one);
    await insist(other);

    expect(await rowsOf(one.id)).toHaveLength(AT_ONCE);
    expect(await rowsOf(other.id)).toHaveLength(AT_ONCE);
  });

  it('are those of one route, whatever the method: the proxy takes many', async () => {
    const token = await makeToken(testApp, admin);
    for (const method of ['get', 'put', 'delete'] as const) await insist(token, method);
    expect(await rowsOf(token.id)).toHaveLength(AT_ONCE);

    await asProgram(testApp, token).get(`/integrations/${uuidv7()}/credentials/value`).expect(404);
    expect(await rowsOf(token.id)).toHaveLength(AT_ONCE + 1);
  });

  it('are also those for want of a scope, and those of people', async () => {
    const token = await makeToken(testApp, admin, { scopes: ['integrations:read'] });
    const person = await testApp.account();
    for (let call = 0; call < AT_ONCE + 2; call += 1) {
      await asProgram(testApp, token).get(`/integrations/${uuidv7()}/proxy/x`).expect(403);
      await testApp.as(person).get(`/integrations/${uuidv7()}`).expect(404);
    }
    await minuteLater();

    for (const id of [token.id, person.userId]) {
      const rows = await rowsOf(id);
      expect(rows).toHaveLength(AT_ONCE + 1);
      expect(rows.at(-1)!.metadata.repeated).toBe(2);
    }
  });

  it('are written when the process ends before their minute does', async () => {
    const token = await makeToken(testApp, admin);
    const other = await testApp.launch();
    try {
      const { port } = other.getHttpServer().address() as { port: number };
      for (let call = 0; call < AT_ONCE + 4; call += 1) {
        const { status } = await fetch(`http://127.0.0.1:${port}/api/v1/integrations/${uuidv7()}`, {
          headers: { authorization: `Bearer ${token.token}` },
        });
        expect(status).toBe(404);
      }
    } finally {
      await other.close();
    }

    const rows = await rowsOf(token.id);
    expect(rows).toHaveLength(AT_ONCE + 1);
    expect(rows.at(-1)!.metadata.repeated).toBe(4);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateServiceToken } from '../src/access/service-token-format.js';
import { GroupedAudit } from '../src/audit/grouped-audit.js';
import { Counterpart } from './support/counterpart.js';
import { makeToken, readValue } from './support/programs.js';
import { portOf } from './support/proxy-stage.js';
import { createIntegration, letIn, type Stage } from './support/route-calls.js';
import { TestApp } from './support/test-app.js';

let testApp: TestApp;
let stage: Stage;
let integrationId: string;

beforeAll(async () => {
  testApp = await TestApp.start();
  const counterpart = await Counterpart.start();
  stage = {
    testApp,
    counterpart,
    secret: 'the-secret-of-a-service',
    password: '',
    admin: await testApp.account(),
  };
  letIn(counterpart, stage.secret);
  integrationId = await createIntegration(stage);
});

afterAll(async () => {
  await testApp.close();
  await stage.counterpart.close();
});

const admin = () => testApp.as(stage.admin);
const make = (fields: object = {}) => makeToken(testApp, stage.admin, fields);
const read = (token: { token: string }) => readValue(testApp, token, integrationId);

const refusalsOf = async (id: string) => {
  // They are written behind the answer.
  await testApp.app.get(GroupedAudit, { strict: false }).flush();
  return testApp.sql<{ outcome: string; metadata: object }>(
    "SELECT outcome, metadata FROM audit_logs WHERE resource_id = $1 AND action = 'service_token.refused'",
    [id],
  );
};

describe('a secret that was replaced', () => {
  it.each([
    ['at once', 0],
    ['after its overlap', 60],
  ])('%s is told so, and that it was used is written down', async (_when, overlap) => {
    const token = await make();
    await admin().post(`/service-tokens/${token.id}/rotate`, { overlap_seconds: overlap }).expect(200);
    if (overlap > 0) {
      await read(token).expect(200);
      testApp.clock.advance(overlap * 1000);
    }
    const { body } = await read(token).expect(401);
    expect(body.error).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('rotated'),
    });
    expect(await refusalsOf(token.id)).toEqual([{ outcome: 'blocked', metadata: { reason: 'replaced' } }]);
    const { body: shown } = await admin().get(`/service-tokens/${token.id}`).expect(200);
    expect(shown.data.service_token.previous_until).toBeNull();
  });

  it('of a token that was revoked in its overlap is revoked with it', async () => {
    const token = await make();
    await admin().post(`/service-tokens/${token.id}/rotate`, { overlap_seconds: 60 }).expect(200);
    await admin().delete(`/service-tokens/${token.id}`).expect(200);
    const { body } = await read(token).expect(401);
    expect(body.error.message).toContain('revoked');
    expect(await refusalsOf(token.id)).toEqual([{ outcome: 'blocked', metadata: { reason: 'revoked' } }]);
  });
});

describe('a program that goes on with a token that is none', () => {
  it('shuts out no other program of its address, however often it tries', async () => {
    const wrong = { token: generateServiceToken(stage.admin.organizationId) };
    const statuses = new Set<number>();
    for (let attempt = 0; attempt < 80; attempt += 1) statuses.add((await read(wrong)).status);
    expect([...statuses]).toEqual([401]);
    await read(await make()).expect(200);
  });
});

describe('the networks of a token', () => {
  it.each(['fe80::1%eth0', '::ffff:203.0.113.0/24', '::ffff:203.0.113.9/95'])(
    'are not written as %s, which would match nothing or something else',
    async (network) => {
      const { body } = await admin()
        .post('/service-tokens', { name: 'x', scopes: ['proxy:call'], allowed_cidrs: [network] })
        .expect(400);
      expect(body.error.details).toHaveProperty('allowed_cidrs');
    },
  );

  it('do not take an address for one that is written in another way', async () => {
    const proxied = await testApp.launch({ TRUSTED_PROXIES: '127.0.0.1' });
    try {
      const { token } = await make({ allowed_cidrs: ['203.0.113.0/24'] });
      const from = async (address: string) => {
        const { status } = await fetch(
          `http://127.0.0.1:${portOf(proxied)}/api/v1/integrations/${integrationId}`,
          { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address } },
        );
        return status;
      };
      expect(await from('203.0.113.9')).toBe(200);
      for (const address of ['0313.0.0161.011', '0xcb007109', '3405803785', '203.0.113.9:80'])
        expect([address, await from(address)]).toEqual([address, 403]);
    } finally {
      await proxied.close();
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GroupedAudit } from '../src/audit/grouped-audit.js';
import { generateServiceToken } from '../src/access/service-token-format.js';
import { ServiceTokenUses } from '../src/access/service-token-uses.js';
import { Counterpart } from './support/counterpart.js';
import { asProgram, makeToken, readValue } from './support/programs.js';
import { createIntegration, letIn, type Stage } from './support/route-calls.js';
import { TestApp } from './support/test-app.js';

const SCANNER = /^lk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/;
const HOUR = 3_600_000;

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

const auditOf = async (id: string) => {
  // Refusals are written behind the answer.
  await testApp.app.get(GroupedAudit, { strict: false }).flush();
  return testApp.sql<{
    action: string;
    outcome: string;
    actor_type: string;
    metadata: Record<string, unknown>;
  }>(
    'SELECT action, outcome, actor_type, metadata FROM audit_logs WHERE resource_id = $1 ORDER BY sequence',
    [id],
  );
};

describe('making a service token', () => {
  it('shows it once, in a form that scanners find, and keeps only a hash', async () => {
    const made = await make({ description: 'Deploys' });
    expect(made.token).toMatch(SCANNER);

    const { body } = await admin().get(`/service-tokens/${made.id}`).expect(200);
    expect(JSON.stringify(body)).not.toContain(made.token);
    expect(body.data.service_token).toMatchObject({
      name: 'A program',
      description: 'Deploys',
      hint: made.token.slice(-4),
      status: 'active',
      integration_ids: null,
      expires_at: null,
      last_used_at: null,
      created_by: { id: stage.admin.userId },
    });
    const [row] = await testApp.sql<{ row: string }>(
      'SELECT t::text AS row FROM service_tokens t WHERE id = $1',
      [made.id],
    );
    expect(row?.row).not.toContain(made.token.slice(26));
    expect(await auditOf(made.id)).toMatchObject([{ action: 'service_token.created', outcome: 'success' }]);
  });

  it.each([
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['everything'] }, 'scopes'],
    [{ name: ' ' }, 'name'],
    [{ integration_ids: [] }, 'integration_ids'],
    [{ integration_ids: ['x'] }, 'integration_ids'],
    [{ integration_ids: [crypto.randomUUID()] }, 'integration_ids'],
    [{ integration_type_ids: ['nothing'] }, 'integration_type_ids'],
    [{ allowed_cidrs: ['10.0.0.0/33'] }, 'allowed_cidrs'],
    [{ allowed_cidrs: ['127.1'] }, 'allowed_cidrs'],
    [{ allowed_cidrs: ['localhost'] }, 'allowed_cidrs'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
    [{ expires_at: '2027-02-30T00:00:00Z' }, 'expires_at'],
    [{ expires_at: 1_900_000_000 }, 'expires_at'],
    [{ secret: 'lk_mine' }, 'secret'],
  ])('refuses %j and names the field', async (fields, field) => {
    const { body } = await admin()
      .post('/service-tokens', { name: 'A program', scopes: ['proxy:call'], ...fields })
      .expect(400);
    expect(Object.keys(body.error.details)).toEqual([field]);
  });

  it('takes no integration of another organisation', async () => {
    const stranger = await testApp.account();
    const { body } = await testApp
      .as(stranger)
      .post('/service-tokens', { name: 'x', scopes: ['proxy:call'], integration_ids: [integrationId] })
      .expect(400);
    expect(body.error.details.integration_ids[0]).toContain('not yours to see');
  });

  it('twice with one Idempotency-Key makes one, and the repeat shows no secret', async () => {
    const request = () =>
      admin()
        .post('/service-tokens', { name: 'Once', scopes: ['proxy:call'] })
        .set('idempotency-key', 'token-once');
    const answers = await Promise.all([request(), request(), request()]);
    const shown = answers.filter(({ body }) => body.data.token !== undefined);

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(shown).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.data.service_token.id)).size).toBe(1);
    await admin()
      .post('/service-tokens', { name: 'Another', scopes: ['proxy:call'] })
      .set('idempotency-key', 'token-once')
      .expect(409);
  });

  it('is told again what was made, also when its end is past by then', async () => {
    const expires_at = new Date(testApp.clock.now() + 60_000).toISOString();
    const request = () =>
      admin()
        .post('/service-tokens', { name: 'Brief', scopes: ['proxy:call'], expires_at })
        .set('idempotency-key', 'token-brief')
        .expect(201);
    const made = (await request()).body.data.service_token;
    testApp.clock.advance(61_000);
    const { service_token, token } = (await request()).body.data;

    expect([service_token.id, service_token.status, token]).toEqual([made.id, 'expired', undefined]);
  });
});

describe('a list of service tokens', () => {
  it('pages, and filters by what became of them', async () => {
    const account = await testApp.account();
    const mine = testApp.as(account);
    const gone = await makeToken(testApp, account, { name: 'Gone' });
    const ended = new Date(testApp.clock.now() + HOUR).toISOString();
    await makeToken(testApp, account, { name: 'Ends', expires_at: ended });
    await makeToken(testApp, account, { name: 'Stays' });
    await mine.delete(`/service-tokens/${gone.id}`).expect(200);
    testApp.clock.advance(2 * HOUR);
    const again = { ...account, accessToken: (await signIn(account)).access_token };
    const names = async (query: string) => {
      const { body } = await testApp.as(again).get(`/service-tokens${query}`).expect(200);
      return body.data.service_tokens.map((each: { name: string }) => each.name);
    };

    expect(await names('')).toEqual(['Stays', 'Ends', 'Gone']);
    expect(await names('?status=active')).toEqual(['Stays']);
    expect(await names('?status=expired')).toEqual(['Ends']);
    expect(await names('?status=revoked')).toEqual(['Gone']);
    expect(await names('?per_page=1&page=2')).toEqual(['Ends']);
    stage.admin.accessToken = (await signIn(stage.admin)).access_token;
  });
});

async function signIn({ email, password }: { email: string; password: string }) {
  const { body } = await testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
  return body.data.tokens;
}

describe('a program with a service token', () => {
  it('does what its scopes say and nothing else', async () => {
    const reader = await make({ scopes: ['integrations:read'] });
    const program = asProgram(testApp, reader);

    const { body } = await program.get('/integrations').expect(200);
    expect(body.data.integrations[0]).toMatchObject({ id: integrationId, allowed_actions: [] });
    await program.get(`/integrations/${integrationId}`).expect(200);
    const refused = await read(reader).expect(403);
    expect(refused.body.error.details).toEqual({ permission: 'credentials:read' });
    for (const path of [
      '/auth/me',
      '/service-tokens',
      '/audit-logs',
      `/integrations/${integrationId}/credentials`,
    ])
      await program.get(path).expect(403);
    await program.delete(`/integrations/${integrationId}`).expect(403);
    await program.post('/service-tokens', { name: 'More', scopes: ['credentials:read'] }).expect(403);
  });

  it('is never a person: a person’s token reads no credential, whatever the role', async () => {
    const { body } = await readValue(testApp, { token: stage.admin.accessToken }, integrationId).expect(403);
    expect(body.error.message).toContain('service token');
  });

  it('narrowed to integrations or types sees those alone', async () => {
    const other = await createIntegration(stage, { name: 'Other' });
    const one = await make({ integration_ids: [integrationId] });
    const list = await asProgram(testApp, one).get('/integrations').expect(200);
    expect(list.body.data.integrations.map((each: { id: string }) => each.id)).toEqual([integrationId]);
    expect(list.body.data.pagination.total).toBe(1);
    await read(one).expect(200);
    await readValue(testApp, one, other).expect(404);
    await asProgram(testApp, one).get(`/integrations/${other}`).expect(404);

    const otherType = await make({ integration_type_ids: ['github'] });
    await read(otherType).expect(404);
    await read(await make({ integration_type_ids: ['github', 'generic_http'] })).expect(200);
  });

  it('outside its networks is refused, and that is written down', async () => {
    const away = await make({ allowed_cidrs: ['203.0.113.0/24', '2001:db8::/32'] });
    const { body } = await read(away).expect(403);
    expect(body.error.message).toContain('may not be used from');
    expect(await auditOf(away.id)).toMatchObject([
      { action: 'service_token.created' },
      {
        action: 'service_token.refused',
        outcome: 'blocked',
        actor_type: 'service_token',
        metadata: { reason: 'address' },
      },
    ]);
    await read(await make({ allowed_cidrs: ['127.0.0.1', '::1'] })).expect(200);
    await read(await make({ allowed_cidrs: ['127.0.0.0/8', '::1/128'] })).expect(200);
    await read(await make({ allowed_cidrs: ['::ffff:127.0.0.0/104'] })).expect(200);
    await read(await make({ allowed_cidrs: ['::ffff:203.0.113.1'] })).expect(403);
  });

  it('of another organisation finds nothing here', async () => {
    const stranger = await makeToken(testApp, await testApp.account());
    await readValue(testApp, stranger, integrationId).expect(404);
    await asProgram(testApp, stranger).get(`/integrations/${integrationId}`).expect(404);
    const [denied] = await testApp.sql<{ actor_type: string }>(
      "SELECT actor_type FROM audit_logs WHERE action = 'access.denied' AND resource_id = $1 AND actor_id = $2",
      [integrationId, stranger.id],
    );
    expect(denied?.actor_type).toBe('service_token');
  });

  it('is refused in the same second in which it is revoked', async () => {
    const token = await make();
    await read(token).expect(200);
    await admin().delete(`/service-tokens/${token.id}`).expect(200);
    const { body } = await read(token).expect(401);
    expect(body.error).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('revoked'),
    });
    await admin().delete(`/service-tokens/${token.id}`).expect(200);
    expect((await auditOf(token.id)).map(({ action }) => action)).toEqual([
      'service_token.created',
      'service_token.revoked',
      'service_token.refused',
    ]);
  });

  it('ends when its time is up', async () => {
    const token = await make({ expires_at: new Date(testApp.clock.now() + 60_000).toISOString() });
    await read(token).expect(200);
    testApp.clock.advance(60_000);
    const { body } = await read(token).expect(401);
    expect(body.error.code).toBe('TOKEN_EXPIRED');
    await admin().post(`/service-tokens/${token.id}/rotate`).expect(409);
  });

  it.each([
    ['cut short', (token: string) => token.slice(0, -1)],
    ['with another letter', (token: string) => token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))],
    ['of nobody', () => `lk_${'0'.repeat(22)}_${'0'.repeat(49)}`],
    ['that is a bare prefix', () => 'lk_'],
  ])('%s is no token', async (_, change) => {
    const { token } = await make();
    const { body } = await readValue(testApp, { token: change(token) }, integrationId).expect(401);
    expect(body.error.code).toBe('UNAUTHENTICATED');
  });
});

describe('rotating a service token', () => {
  it('gives a new secret; the old one works until the overlap ends', async () => {
    const before = await make();
    await read(before).expect(200);
    const { body } = await admin()
      .post(`/service-tokens/${before.id}/rotate`, { overlap_seconds: 600 })
      .expect(200);
    const after = { token: body.data.token as string };

    expect(after.token).toMatch(SCANNER);
    expect(after.token).not.toBe(before.token);
    expect(body.data.service_token.previous_until).not.toBeNull();
    await read(before).expect(200);
    await read(after).expect(200);
    testApp.clock.advance(600_000);
    await read(before).expect(401);
    await read(after).expect(200);
  });

  it('without an overlap ends the old one at once', async () => {
    const before = await make();
    await read(before).expect(200);
    const { body } = await admin()
      .post(`/service-tokens/${before.id}/rotate`, { overlap_seconds: 0 })
      .expect(200);
    await read(before).expect(401);
    await read({ token: body.data.token }).expect(200);
  });

  it('is not for those without tokens:manage, nor across organisations', async () => {
    const { id } = await make();
    const developer = await testApp.member(stage.admin.organizationId, 'developer');
    await testApp.as(developer).post(`/service-tokens/${id}/rotate`).expect(403);
    await testApp.as(developer).get('/service-tokens').expect(403);
    const stranger = testApp.as(await testApp.account());
    await stranger.get(`/service-tokens/${id}`).expect(404);
    await stranger.post(`/service-tokens/${id}/rotate`).expect(404);
    await stranger.delete(`/service-tokens/${id}`).expect(404);
    await admin().post(`/service-tokens/${id}/rotate`, { overlap_seconds: -1 }).expect(400);
    await admin().post(`/service-tokens/${id}/rotate`, { overlap_seconds: 700_000 }).expect(400);
  });
});

describe('when a service token was used last', () => {
  it('is told, with the address, once it is written', async () => {
    const token = await make();
    await read(token).expect(200);
    await testApp.app.get(ServiceTokenUses).flush();
    const { body } = await admin().get(`/service-tokens/${token.id}`).expect(200);
    expect(body.data.service_token).toMatchObject({
      last_used_at: new Date(testApp.clock.now()).toISOString(),
      last_used_ip: expect.stringMatching(/127\.0\.0\.1$/),
    });
  });
});

describe('made-up tokens', () => {
  it('in numbers are no longer looked up, while programs of the same address go on', async () => {
    const known = await make();
    await read(known).expect(200);
    const statuses = new Set<number>();
    for (let attempt = 0; attempt < 61; attempt += 1)
      statuses.add((await read({ token: generateServiceToken(crypto.randomUUID()) })).status);

    expect([...statuses]).toEqual([401, 429]);
    const flooded = await read({ token: generateServiceToken(stage.admin.organizationId) }).expect(429);
    expect(Number(flooded.headers['retry-after'])).toBeGreaterThan(0);
    testApp.clock.advance(1001);
    await read(known).expect(200);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench, SEED_EXAMPLE, TOKEN } from './support/argocd.js';

let bench: ArgoBench;

beforeAll(async () => {
  bench = await ArgoBench.start();
});

beforeEach(() => bench.healthy());
afterAll(() => bench.close());

const api = () => bench.testApp.as(bench.admin);
const empty = (counts: Record<string, number>) => expect(Object.values(counts).every((count) => count === 0));

describe('creating', () => {
  it('keeps nothing when the test that was asked for fails', async () => {
    bench.failing(401);
    const { body } = await api()
      .post('/integrations', { ...SEED_EXAMPLE, test: true })
      .set('idempotency-key', 'failed-once')
      .expect(422);
    expect(body.error).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: 'Failed to connect to ArgoCD server',
      details: { reason: 'Invalid authentication token', kind: 'auth', status_code: 401 },
    });
    empty(await bench.counts()).toBe(true);
    const audit = await api().get('/audit-logs?action=integration.draft_tested').expect(200);
    expect(audit.body.data.audit_logs[0]).toMatchObject({ outcome: 'failure', resource_id: null });
  });

  it('takes the example of seed 000 as it is and tests it in the background', async () => {
    const { body, text } = await api().post('/integrations', SEED_EXAMPLE).expect(201);
    expect(body).toMatchObject({
      success: true,
      message: 'Integration created successfully. Testing connection...',
      data: {
        integration: {
          integration_type_id: 'argocd',
          name: 'Production ArgoCD',
          description: 'ArgoCD instance for production deployments',
          config: SEED_EXAMPLE.config,
          status: 'pending',
          category: 'ci_cd',
          auth_mode: 'api_token',
          credential_type: 'api_token',
          token_status: 'none',
          error_code: null,
          team_ids: [],
          created_by: { id: bench.admin.userId, full_name: expect.any(String) },
          created_at: bench.testApp.clock.date().toISOString(),
          next_check_at: bench.testApp.clock.date().toISOString(),
        },
      },
    });
    expect(text).not.toContain(TOKEN);
    expect(bench.counterpart.requests).toHaveLength(0);
  });

  it('is active at once when the test that was asked for succeeds', async () => {
    const { body } = await api()
      .post('/integrations', { ...SEED_EXAMPLE, test: true })
      .expect(201);
    expect(body.data.integration).toMatchObject({
      status: 'active',
      last_checked_at: bench.testApp.clock.date().toISOString(),
      response_time_ms: expect.any(Number),
    });
    const { body: log } = await api().get(`/integrations/${body.data.integration.id}/logs`).expect(200);
    expect(log.data.logs).toEqual([
      expect.objectContaining({ action: 'created', status: 'success', metadata: expect.any(Object) }),
    ]);
  });

  it('is forbidden to a viewer, and to who has no session', async () => {
    const viewer = await bench.testApp.member(bench.admin.organizationId, 'viewer');
    await bench.testApp.as(viewer).post('/integrations', SEED_EXAMPLE).expect(403);
    await bench.testApp.http.post('/api/v1/integrations').send(SEED_EXAMPLE).expect(401);
  });
});

describe('an Idempotency-Key', () => {
  const create = (key: string, overrides: object = {}) =>
    api()
      .post('/integrations', { ...SEED_EXAMPLE, ...overrides })
      .set('idempotency-key', key);

  it('makes a repeat answer the first integration', async () => {
    const first = await create('repeat').expect(201);
    const second = await create('repeat').expect(201);
    expect(second.body.data.integration.id).toBe(first.body.data.integration.id);
    expect(second.body.message).toContain('carried out before');
  });

  it('refuses another request', async () => {
    await create('other').expect(201);
    const before = await bench.counts();
    const { body } = await create('other', { name: 'Another' }).expect(409);
    expect(body.error.code).toBe('CONFLICT');
    expect(await bench.counts()).toEqual(before);
  });

  it('makes one integration of five requests at once', async () => {
    const { integrations } = await bench.counts();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => create('at-once', { test: true }).expect(201)),
    );
    expect(new Set(answers.map(({ body }) => body.data.integration.id)).size).toBe(1);
    expect((await bench.counts()).integrations).toBe(integrations! + 1);
    expect((await bench.counts()).integration_credentials).toBe(integrations! + 1);
  });

  it('makes nothing again once its integration is deleted', async () => {
    const first = await create('deleted').expect(201);
    await api().delete(`/integrations/${first.body.data.integration.id}`).expect(200);
    await create('deleted').expect(409);
  });

  it('is forgotten after a day', async () => {
    const first = await create('a-day').expect(201);
    bench.testApp.clock.advance(24 * 3_600_000 + 1);
    await bench.signIn(bench.admin);
    const second = await create('a-day').expect(201);
    expect(second.body.data.integration.id).not.toBe(first.body.data.integration.id);
  });

  it('is each organisation’s own', async () => {
    const stranger = await bench.testApp.account();
    const mine = await create('shared').expect(201);
    const theirs = await bench.testApp
      .as(stranger)
      .post('/integrations', SEED_EXAMPLE)
      .set('idempotency-key', 'shared')
      .expect(201);
    expect(theirs.body.data.integration.id).not.toBe(mine.body.data.integration.id);
  });

  it.each([
    ['with a space', 'a b'],
    ['too long', 'x'.repeat(201)],
  ])('is refused: %s', async (_, key) => {
    const { body } = await create(key).expect(400);
    expect(body.error.details).toHaveProperty('Idempotency-Key');
  });
});

describe('enabling and disabling', () => {
  it('is idempotent, and what is disabled is neither tested nor watched', async () => {
    const { id } = await bench.create();
    await api().post(`/integrations/${id}/disable`).expect(200);
    const { body } = await api().post(`/integrations/${id}/disable`).expect(200);
    expect(body.data.integration).toMatchObject({ status: 'disabled', next_check_at: null });

    const refused = await api().post(`/integrations/${id}/test`).expect(409);
    expect(refused.body.error.code).toBe('CONFLICT');
    expect(bench.counterpart.requests).toHaveLength(0);

    await api()
      .patch(`/integrations/${id}`, { config: { server_url: 'https://argocd.example.com/x' } })
      .expect(200);
    expect(await bench.read(id)).toMatchObject({ status: 'disabled', next_check_at: null });

    await api().post(`/integrations/${id}/enable`).expect(200);
    const again = await api().post(`/integrations/${id}/enable`).expect(200);
    expect(again.body.data.integration).toMatchObject({
      status: 'pending',
      next_check_at: bench.testApp.clock.date().toISOString(),
    });
    const { body: log } = await api().get(`/integrations/${id}/logs`).expect(200);
    const actions = log.data.logs.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action === 'disabled')).toHaveLength(1);
    expect(actions.filter((action: string) => action === 'enabled')).toHaveLength(1);
  });
});

describe('deleting', () => {
  it('takes everything with it, and then there is nothing', async () => {
    const before = await bench.counts();
    const { id } = await bench.create();
    await api().post(`/integrations/${id}/test`).expect(200);
    await api()
      .delete(`/integrations/${id}`)
      .expect(200, {
        success: true,
        data: { id, warnings: [] },
      });
    expect(await bench.counts()).toEqual(before);
    for (const path of ['', '/logs', '/health', '/credentials'])
      await api().get(`/integrations/${id}${path}`).expect(404);
    await api().delete(`/integrations/${id}`).expect(404);
    await api().post(`/integrations/${id}/test`).expect(404);
    await api().patch(`/integrations/${id}/credentials`, SEED_EXAMPLE.credentials).expect(404);
  });

  it('is for admins, and for team leads among their teams', async () => {
    const { organizationId } = bench.admin;
    const lead = await bench.testApp.member(organizationId, 'team_lead');
    const developer = await bench.testApp.member(organizationId, 'developer');
    const team = await bench.team(organizationId, lead, developer);
    const open = await bench.create();
    const ofTeam = await bench.create(bench.admin, { team_ids: [team] });

    await bench.testApp.as(developer).delete(`/integrations/${ofTeam.id}`).expect(403);
    const { body } = await bench.testApp.as(lead).delete(`/integrations/${open.id}`).expect(403);
    expect(body.error.message).toContain('those of your teams');
    const denied = await api().get('/audit-logs?action=access.denied').expect(200);
    expect(denied.body.data.audit_logs[0]).toMatchObject({ outcome: 'blocked', resource_id: open.id });
    await bench.testApp.as(lead).delete(`/integrations/${ofTeam.id}`).expect(200);
  });
});

describe('an id that is none', () => {
  it.each(['nonsense', '123', '00000000-0000-0000-0000-00000000000g', '%00', '..%2f..', "'--"])(
    'names nothing: %s',
    async (id) => {
      await api().get(`/integrations/${id}`).expect(404);
      await api().patch(`/integrations/${id}`, { name: 'x' }).expect(404);
      await api().delete(`/integrations/${id}`).expect(404);
      for (const path of ['logs', 'health', 'credentials'])
        await api().get(`/integrations/${id}/${path}`).expect(404);
      for (const path of ['test', 'enable', 'disable'])
        await api().post(`/integrations/${id}/${path}`).expect(404);
    },
  );
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench, SEED_EXAMPLE, TOKEN } from './support/argocd.js';
import type { Account } from './support/test-app.js';

let bench: ArgoBench;
let developer: Account;
let colleague: Account;
let team: string;
let otherTeam: string;

beforeAll(async () => {
  bench = await ArgoBench.start();
  const { organizationId } = bench.admin;
  developer = await bench.testApp.member(organizationId, 'developer');
  colleague = await bench.testApp.member(organizationId, 'developer');
  team = await bench.team(organizationId, developer);
  otherTeam = await bench.team(organizationId, colleague);
});

beforeEach(() => bench.healthy());
afterAll(() => bench.close());

const as = (account: Account) => bench.testApp.as(account);

describe('an integration with teams', () => {
  it('is seen by those teams, its creator and admins, and is not there for others', async () => {
    const viewer = await bench.testApp.member(bench.admin.organizationId, 'viewer');
    const { id } = await bench.create(colleague, { team_ids: [team] });
    for (const account of [developer, colleague, bench.admin]) {
      await as(account).get(`/integrations/${id}`).expect(200);
      const { body } = await as(account).get('/integrations').expect(200);
      expect(body.data.integrations.map((each: { id: string }) => each.id)).toContain(id);
    }
    const list = await as(viewer).get('/integrations').expect(200);
    expect(list.body.data.integrations).toEqual([]);
    expect(list.body.data.pagination.total).toBe(0);
    for (const path of ['', '/logs', '/health'])
      await as(viewer).get(`/integrations/${id}${path}`).expect(404);

    const outsider = await bench.testApp.member(bench.admin.organizationId, 'team_lead');
    await as(outsider).get(`/integrations/${id}`).expect(404);
    await as(outsider).get(`/integrations/${id}/credentials`).expect(404);
    await as(outsider).post(`/integrations/${id}/test`).expect(404);
    await as(outsider).post(`/integrations/${id}/disable`).expect(404);
    await as(outsider).patch(`/integrations/${id}`, { name: 'mine' }).expect(404);
    await as(outsider).patch(`/integrations/${id}/credentials`, SEED_EXAMPLE.credentials).expect(404);
    await as(outsider).delete(`/integrations/${id}`).expect(404);
    expect(bench.counterpart.requests).toHaveLength(0);
  });

  it('is seen by everybody again when the teams are taken away', async () => {
    const viewer = await bench.testApp.member(bench.admin.organizationId, 'viewer');
    const { id } = await bench.create(bench.admin, { team_ids: [team, team, otherTeam] });
    expect(new Set((await bench.read(id)).team_ids)).toEqual(new Set([team, otherTeam]));
    await as(viewer).get(`/integrations/${id}`).expect(404);
    await as(bench.admin).patch(`/integrations/${id}`, { team_ids: [] }).expect(200);
    await as(viewer).get(`/integrations/${id}`).expect(200);
  });

  it('is given to teams by admins and its creator, and by members of all the teams it has', async () => {
    const open = await bench.create(bench.admin);
    const { body } = await as(developer)
      .patch(`/integrations/${open.id}`, { team_ids: [team] })
      .expect(403);
    expect(body.error.message).toContain('Only an admin, its creator');
    expect((await bench.read(open.id)).team_ids).toEqual([]);

    const shared = await bench.create(bench.admin, { team_ids: [team, otherTeam] });
    await as(developer)
      .patch(`/integrations/${shared.id}`, { team_ids: [team] })
      .expect(403);
    const own = await bench.create(developer);
    await as(developer)
      .patch(`/integrations/${own.id}`, { team_ids: [otherTeam] })
      .expect(200);
  });

  it('is not taken out of the sight of who edits it', async () => {
    const { id } = await bench.create(bench.admin, { team_ids: [team] });
    const { body } = await as(developer)
      .patch(`/integrations/${id}`, { team_ids: [otherTeam] })
      .expect(400);
    expect(body.error.details).toHaveProperty('team_ids');
    expect((await bench.read(id)).team_ids).toEqual([team]);
    await as(developer)
      .patch(`/integrations/${id}`, { team_ids: [team, otherTeam] })
      .expect(200);
  });

  it('cannot be given to another organisation’s team', async () => {
    const stranger = await bench.testApp.account();
    const theirs = await bench.team(stranger.organizationId);
    const { id } = await bench.create();
    await as(bench.admin)
      .patch(`/integrations/${id}`, { team_ids: [theirs] })
      .expect(400);
    expect((await bench.read(id)).team_ids).toEqual([]);
  });
});

describe('another organisation’s integration', () => {
  it('is not there', async () => {
    const stranger = await bench.testApp.account();
    const { id } = await bench.create();
    await as(stranger).get(`/integrations/${id}`).expect(404);
    await as(stranger).patch(`/integrations/${id}`, { name: 'mine' }).expect(404);
    await as(stranger).post(`/integrations/${id}/test`).expect(404);
    await as(stranger).patch(`/integrations/${id}/credentials`, SEED_EXAMPLE.credentials).expect(404);
    await as(stranger).delete(`/integrations/${id}`).expect(404);
    expect((await bench.read(id)).name).toBe('Production ArgoCD');
  });
});

describe('editing', () => {
  it('changes what is named and leaves the rest', async () => {
    const { id } = await bench.create();
    const before = await bench.read(id);
    bench.testApp.clock.advance(1000);
    const { body } = await as(bench.admin).patch(`/integrations/${id}`, { name: ' Renamed ' }).expect(200);
    expect(body.data.integration).toEqual({
      ...before,
      name: 'Renamed',
      updated_at: bench.testApp.clock.date().toISOString(),
    });
    const cleared = await as(bench.admin).patch(`/integrations/${id}`, { description: null }).expect(200);
    expect(cleared.body.data.integration).toMatchObject({ name: 'Renamed', description: null });
    await as(bench.admin).patch(`/integrations/${id}`, {}).expect(200);
    expect((await bench.read(id)).name).toBe('Renamed');
  });

  it('replaces the whole configuration, which is looked at at once', async () => {
    const { id } = await bench.create(bench.admin, {
      test: true,
      config: { ...SEED_EXAMPLE.config, sync_interval: 60 },
    });
    const config = { server_url: 'https://argocd.example.com/new', tls_verify: true };
    const { body } = await as(bench.admin).patch(`/integrations/${id}`, { config }).expect(200);
    expect(body.data.integration).toMatchObject({ config, status: 'active' });
    expect(body.data.integration.config).not.toHaveProperty('namespace');
    expect(body.data.integration.next_check_at).toBe(bench.testApp.clock.date().toISOString());
    const { body: audit } = await as(bench.admin).get('/audit-logs?action=integration.updated').expect(200);
    expect(audit.data.audit_logs[0].metadata.fields.sort()).toEqual([
      'config.namespace',
      'config.server_url',
      'config.sync_interval',
    ]);
  });

  it.each<[object, string]>([
    [{ name: null }, 'name'],
    [{ name: '' }, 'name'],
    [{ config: null }, 'config'],
    [{ config: {} }, 'config.server_url'],
    [{ integration_type_id: 'github' }, 'integration_type_id'],
    [{ credentials: SEED_EXAMPLE.credentials }, 'credentials'],
    [{ status: 'active' }, 'status'],
    [{ created_by: null }, 'created_by'],
  ])('refuses %j', async (change, field) => {
    const { id } = await bench.create();
    const before = await bench.read(id);
    const { body } = await as(bench.admin).patch(`/integrations/${id}`, change).expect(400);
    expect(Object.keys(body.error.details)).toEqual([field]);
    expect(await bench.read(id)).toEqual(before);
  });

  it('loses none of two changes that come at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await bench.create();
      await Promise.all([
        as(bench.admin).patch(`/integrations/${id}`, { name: 'New name' }).expect(200),
        as(bench.admin).patch(`/integrations/${id}`, { description: 'New description' }).expect(200),
        as(bench.admin)
          .patch(`/integrations/${id}`, { config: { server_url: 'https://argocd.example.com/b' } })
          .expect(200),
      ]);
      expect(await bench.read(id)).toMatchObject({
        name: 'New name',
        description: 'New description',
        config: { server_url: 'https://argocd.example.com/b' },
      });
      const found = await as(bench.admin).get('/integrations?q=new+name+new+description').expect(200);
      expect(found.body.data.integrations.map((each: { id: string }) => each.id)).toContain(id);
    }
  });
});

describe('the address a credential is sent to', () => {
  const { config } = SEED_EXAMPLE;
  const github = {
    integration_type_id: 'github',
    config: {},
    credentials: { credential_type: 'api_token', access_token: TOKEN },
  };
  const supabase = {
    integration_type_id: 'supabase',
    config: { project_ref: 'abcdefghijklmnopqrst' },
    credentials: { credential_type: 'api_token', auth_mode: 'project_api_key', api_key: TOKEN },
  };

  it.each<[string, object, object]>([
    ['the server', {}, { ...config, server_url: 'https://evil.example.com' }],
    ['the path of the server', {}, { ...config, server_url: 'https://argocd.example.com/evil' }],
    ['verification', {}, { ...config, tls_verify: false }],
    [
      'the authority',
      {},
      { ...config, ca_certificate: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----' },
    ],
    ['the API of GitHub', github, { api_base_url: 'https://evil.example.com' }],
    ['the project of Supabase', supabase, { project_ref: 'evilevilevilevilevil' }],
  ])('is not a developer’s to change, unless they made it: %s', async (_, made, changed) => {
    const theirs = await bench.create(bench.admin, made);
    const before = await bench.read(theirs.id);
    const { body } = await as(developer).patch(`/integrations/${theirs.id}`, { config: changed }).expect(403);
    expect(body.error.message).toContain('decides where the credential is sent');
    expect(await bench.read(theirs.id)).toEqual(before);
    const denied = await as(bench.admin).get('/audit-logs?action=access.denied&limit=1').expect(200);
    expect(denied.body.data.audit_logs[0]).toMatchObject({
      resource_id: theirs.id,
      outcome: 'blocked',
      metadata: { permission: 'credentials:update' },
    });

    const own = await bench.create(developer, made);
    await as(developer).patch(`/integrations/${own.id}`, { config: changed }).expect(200);
    await as(bench.admin).patch(`/integrations/${theirs.id}`, { config: changed }).expect(200);
  });

  it('is left alone by what a developer may change', async () => {
    const { id } = await bench.create();
    await as(developer).patch(`/integrations/${id}`, { name: 'Another name' }).expect(200);
    await as(developer)
      .patch(`/integrations/${id}`, { config: { ...config, namespace: 'other' } })
      .expect(200);
  });
});

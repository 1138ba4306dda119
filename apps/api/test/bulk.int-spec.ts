import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench } from './support/argocd.js';
import { carryOut, done, type Item, read, start } from './support/bulk.js';
import type { Account } from './support/test-app.js';
import { pathIntegration } from './support/watch.js';

let bench: ArgoBench;
let lead: Account;
let developer: Account;
let stranger: Account;

beforeAll(async () => {
  bench = await ArgoBench.start();
  const { organizationId } = bench.admin;
  lead = await bench.testApp.member(organizationId, 'team_lead');
  developer = await bench.testApp.member(organizationId, 'developer');
  stranger = await bench.testApp.account();
});

beforeEach(async () => {
  await bench.testApp.sql('DELETE FROM integrations');
  bench.counterpart.answers({ '*': { json: {} } });
});

afterAll(() => bench.close());

const admin = () => bench.testApp.as(bench.admin);

async function make(...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push((await bench.create(bench.admin, pathIntegration(name))).id);
  return ids;
}

const byName = (items: Item[]) =>
  Object.fromEntries(items.map(({ name, status, message }) => [name, [status, message]]));

async function statuses(): Promise<Record<string, string>> {
  const rows = await bench.testApp.sql<{ name: string; status: string }>(
    'SELECT name, status FROM integrations',
  );
  return Object.fromEntries(rows.map(({ name, status }) => [name, status]));
}

async function audited(action: string) {
  return bench.testApp.sql(
    `SELECT actor_id, outcome, resource_type, resource_id, metadata FROM audit_logs WHERE action = $1
     ORDER BY organization_id, sequence`,
    [action],
  );
}

describe('an operation on many', () => {
  it('answers at once, is carried out in the background, and says how it went with each', async () => {
    const [one, two] = await make('one', 'two', 'three');
    bench.counterpart.answers({ 'GET /two': { status: 401, json: {} }, '*': { json: {} } });
    const { body } = await admin()
      .post('/integrations/bulk', { ids: [one, two], action: 'test' })
      .expect(202);
    expect(body).toMatchObject({
      success: true,
      message: 'It is being done in the background, for 2 integrations.',
      data: {
        bulk_operation: {
          action: 'test',
          status: 'queued',
          total: 2,
          done: 0,
          failed: 0,
          skipped: 0,
          finished_at: null,
        },
      },
    });
    const { id } = body.data.bulk_operation;
    expect(bench.counterpart.requests).toHaveLength(0);
    await carryOut(bench.testApp.app);

    const operation = await read(bench, bench.admin, id);
    expect(operation).toMatchObject({
      status: 'completed',
      total: 2,
      done: 1,
      failed: 1,
      skipped: 0,
      finished_at: bench.testApp.clock.date().toISOString(),
    });
    expect(byName(operation.items)).toEqual({
      one: ['done', 'Connection successful'],
      two: ['failed', expect.stringMatching(/^\w.*\. \w.*\.$/)],
    });
    expect(await statuses()).toEqual({ one: 'active', two: 'error', three: 'pending' });
  });

  it('is in the audit trail, and each integration with it, by whoever asked', async () => {
    const [one, two] = await make('one', 'two');
    const { id } = await done(bench, bench.admin, { ids: [one, two], action: 'disable' });
    expect(await audited('integrations.bulk_started')).toContainEqual({
      actor_id: bench.admin.userId,
      outcome: 'success',
      resource_type: 'bulk_operation',
      resource_id: id,
      metadata: { action: 'disable', integrations: 2, by: 'ids' },
    });
    const rows = await bench.testApp.sql<{ resource_id: string; actor_id: string; ip: string }>(
      "SELECT resource_id, actor_id, ip FROM audit_logs WHERE action = 'integration.disabled' AND resource_id = ANY($1)",
      [[one, two]],
    );
    expect(rows.map((row) => row.resource_id).sort()).toEqual([one, two].sort());
    for (const row of rows)
      expect(row).toMatchObject({ actor_id: bench.admin.userId, ip: expect.anything() });
  });
});

describe('the actions', () => {
  it('disable, and enable again; what is so already is left alone', async () => {
    const ids = await make('one', 'two');
    await admin().post(`/integrations/${ids[0]}/disable`).expect(200);
    const before = (await audited('integration.disabled')).length;
    const off = await done(bench, bench.admin, { ids, action: 'disable' });
    expect(byName(off.items)).toEqual({
      one: ['done', 'It was disabled already.'],
      two: ['done', 'Disabled.'],
    });
    expect(await audited('integration.disabled')).toHaveLength(before + 1);
    const on = await done(bench, bench.admin, { filter: { status: 'disabled' }, action: 'enable' });
    expect(byName(on.items)).toEqual({ one: ['done', 'Enabled.'], two: ['done', 'Enabled.'] });
    expect(await statuses()).toEqual({ one: 'pending', two: 'pending' });
  });

  it('set the teams', async () => {
    const ids = await make('one', 'two');
    const team = await bench.team(bench.admin.organizationId, lead);
    const set = await done(bench, bench.admin, { ids, action: 'set_teams', team_ids: [team] });
    expect(set).toMatchObject({ status: 'completed', done: 2 });
    for (const id of ids) expect((await bench.read(id)).team_ids).toEqual([team]);
    const again = await done(bench, bench.admin, { ids, action: 'set_teams', team_ids: [team] });
    expect(again.items.map(({ message }) => message)).toEqual(Array(2).fill('It had these teams already.'));
    await done(bench, bench.admin, { ids, action: 'set_teams', team_ids: [] });
    for (const id of ids) expect((await bench.read(id)).team_ids).toEqual([]);
  });

  it('refresh tokens, and leave alone what has none', async () => {
    const ids = await make('one');
    const { items, skipped } = await done(bench, bench.admin, { ids, action: 'refresh_tokens' });
    expect(skipped).toBe(1);
    expect(byName(items)).toEqual({
      one: ['skipped', expect.stringContaining('does not expire by itself')],
    });
  });

  it('delete, with the number of what will be gone', async () => {
    const ids = await make('one', 'two', 'three');
    for (const confirm of [undefined, 2, 4]) {
      const { body } = await admin()
        .post('/integrations/bulk', { ids, action: 'delete', confirm })
        .expect(400);
      expect(body.error.details).toEqual({ confirm: [expect.stringContaining('3')] });
    }
    const operation = await done(bench, bench.admin, { ids, action: 'delete', confirm: 3 });
    expect(operation).toMatchObject({ status: 'completed', done: 3 });
    expect(byName(operation.items)).toEqual({
      one: ['done', 'Deleted.'],
      two: ['done', 'Deleted.'],
      three: ['done', 'Deleted.'],
    });
    expect(await statuses()).toEqual({});
    expect((await audited('integration.deleted')).length).toBeGreaterThanOrEqual(3);
  });

  it('go on where one is gone meanwhile', async () => {
    const ids = await make('one', 'two');
    const { id } = await start(bench, bench.admin, { ids, action: 'disable' });
    await admin().delete(`/integrations/${ids[0]}`).expect(200);
    await carryOut(bench.testApp.app);
    const operation = await read(bench, bench.admin, id);
    expect(operation).toMatchObject({ status: 'completed', done: 1, skipped: 1 });
    expect(byName(operation.items)).toEqual({
      one: ['skipped', expect.stringContaining('no such integration')],
      two: ['done', 'Disabled.'],
    });
  });
});

describe('a filter', () => {
  it('takes what the list shows the caller with it', async () => {
    await make('alpha-one', 'alpha-two', 'beta');
    const operation = await done(bench, bench.admin, { filter: { q: 'alpha' }, action: 'disable' });
    expect(operation).toMatchObject({ total: 2, done: 2 });
    expect(await statuses()).toEqual({ 'alpha-one': 'disabled', 'alpha-two': 'disabled', beta: 'pending' });
    const all = await done(bench, bench.admin, { filter: {}, action: 'disable' });
    expect(all.total).toBe(3);
  });

  it('that leaves nothing, or too much, is refused', async () => {
    const [id] = await make('one');
    const refused = async (filter: object) =>
      (await admin().post('/integrations/bulk', { filter, action: 'disable' }).expect(400)).body.error
        .details;
    expect(await refused({ q: 'nothing' })).toEqual({ filter: ['leaves no integration'] });
    expect(await refused({ type: 'github' })).toEqual({ filter: ['leaves no integration'] });
    await bench.testApp.sql(
      `INSERT INTO integrations (organization_id, id, integration_type_id, name, auth_mode, status, created_at)
       SELECT organization_id, gen_random_uuid(), integration_type_id, 'copy ' || n, auth_mode, status, now()
       FROM integrations, generate_series(1, 1000) n WHERE id = $1`,
      [id],
    );
    expect(await refused({})).toEqual({ filter: [expect.stringContaining('more than 1000')] });
  });
});

describe('a request that says too little or too much', () => {
  it.each<[string, object, string[]]>([
    ['neither ids nor a filter', { action: 'test' }, ['ids']],
    ['both', { ids: ['00000000-0000-4000-8000-000000000000'], filter: {}, action: 'test' }, ['ids']],
    ['no ids', { ids: [], action: 'test' }, ['ids']],
    ['no action', { filter: {} }, ['action']],
    ['an action that does not exist', { filter: {}, action: 'rename' }, ['action']],
    ['a filter that does not exist', { filter: { color: 'red' }, action: 'test' }, ['filter.color']],
    ['a state that does not exist', { filter: { status: 'odd' }, action: 'test' }, ['filter.status']],
    ['a filter that is a list', { filter: [], action: 'test' }, ['filter']],
    ['no filter but null', { filter: null, action: 'test' }, ['filter']],
    ['no teams to set', { filter: {}, action: 'set_teams' }, ['team_ids']],
    ['teams for another action', { filter: {}, action: 'test', team_ids: [] }, ['team_ids']],
    ['a confirmation of nothing', { filter: {}, action: 'test', confirm: 1 }, ['confirm']],
    ['ids that are none', { ids: ['one'], action: 'test' }, ['ids']],
    ['an unknown field', { filter: {}, action: 'test', force: true }, ['force']],
  ])('is refused at its field: %s', async (_, body, fields) => {
    const { body: answer } = await admin().post('/integrations/bulk', body).expect(400);
    expect(Object.keys(answer.error.details)).toEqual(fields);
  });

  it('is refused for a team that is not of the organisation', async () => {
    const ids = await make('one');
    const { body } = await admin()
      .post('/integrations/bulk', { ids, action: 'set_teams', team_ids: [crypto.randomUUID()] })
      .expect(400);
    expect(Object.keys(body.error.details)).toEqual(['team_ids']);
  });

  it('is refused with more than a thousand ids', async () => {
    const ids = Array.from({ length: 1001 }, () => crypto.randomUUID());
    const { body } = await admin().post('/integrations/bulk', { ids, action: 'test' }).expect(400);
    expect(body.error.details).toEqual({ ids: ['must have at most 1000 entries'] });
  });
});

describe('who may', () => {
  it('nobody with another organisation’s ids, and nobody reads another’s operation', async () => {
    const ids = await make('one', 'two');
    const theirs = bench.testApp.as(stranger);
    const { body } = await theirs
      .post('/integrations/bulk', { ids, action: 'delete', confirm: 2 })
      .expect(404);
    expect(body.error.code).toBe('NOT_FOUND');
    await theirs.post('/integrations/bulk', { filter: {}, action: 'delete', confirm: 2 }).expect(400);
    const { id } = await start(bench, bench.admin, { ids, action: 'disable' });
    await theirs.get(`/bulk-operations/${id}`).expect(404);
    await theirs.post(`/bulk-operations/${id}/cancel`).expect(404);
    await bench.testApp.as(lead).get(`/bulk-operations/${id}`).expect(404);
    await bench.testApp.as(lead).post(`/bulk-operations/${id}/cancel`).expect(404);
    await bench.testApp.as(developer).post('/integrations/bulk', { ids, action: 'test' }).expect(403);
  });

  it('a team lead for their teams alone, each integration judged by itself', async () => {
    const ids = await make('ours', 'everybodys');
    const team = await bench.team(bench.admin.organizationId, lead);
    await admin()
      .patch(`/integrations/${ids[0]}`, { team_ids: [team] })
      .expect(200);
    await bench.signIn(lead);
    const operation = await done(bench, lead, { ids, action: 'disable' });
    expect(operation).toMatchObject({ status: 'completed', done: 1, failed: 1 });
    expect(byName(operation.items)).toEqual({
      ours: ['done', 'Disabled.'],
      everybodys: ['failed', expect.stringContaining('integrations:bulk for those of your teams only')],
    });
    expect(await audited('access.denied')).toContainEqual({
      actor_id: lead.userId,
      outcome: 'blocked',
      resource_type: 'permission',
      resource_id: ids[1],
      metadata: { permission: 'integrations:bulk' },
    });
    await read(bench, bench.admin, operation.id);
  });
});

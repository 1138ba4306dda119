import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BulkOperationsService } from '../src/integrations/bulk/bulk-operations.service.js';
import { BulkOperationsRepository } from '../src/integrations/bulk/bulk-operations.repository.js';
import { ArgoBench } from './support/argocd.js';
import { carryOut, claim, endLeases, read, start } from './support/bulk.js';
import { eventually } from './support/counterpart.js';
import { pathIntegration } from './support/watch.js';

const ITEMS_AT_ONCE = 5;
const DAY_MS = 86_400_000;

let bench: ArgoBench;
let replica: NestFastifyApplication;

beforeAll(async () => {
  bench = await ArgoBench.start();
  replica = await bench.testApp.launch();
});

beforeEach(async () => {
  await bench.testApp.sql('DELETE FROM bulk_operations; DELETE FROM integrations');
  await bench.signIn(bench.admin);
  bench.counterpart.answers({ '*': { json: {} } });
});

afterAll(async () => {
  await replica.close();
  await bench.close();
});

const app = () => bench.testApp.app;
const api = () => bench.testApp.as(bench.admin);
const paths = () => bench.counterpart.requests.map(({ path }) => path).sort();

async function make(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1)
    ids.push((await bench.create(bench.admin, pathIntegration(`n${number}`))).id);
  return ids;
}

const begin = (ids: string[], action = 'test', more: object = {}) =>
  start(bench, bench.admin, { ids, action, ...more });

describe('an operation', () => {
  it('works on a few at once, and says how far it has come', async () => {
    const { id } = await begin(await make(12));
    const release = bench.counterpart.hold();
    const running = carryOut(app());
    await eventually(() => bench.counterpart.waiting === ITEMS_AT_ONCE, 'all its places are taken');
    const midway = await read(bench, bench.admin, id);
    expect(midway).toMatchObject({ status: 'running', total: 12, done: 0, finished_at: null });
    const counted = midway.items.map(({ status }) => status);
    expect(counted.filter((status) => status === 'running')).toHaveLength(ITEMS_AT_ONCE);
    expect(counted.filter((status) => status === 'queued')).toHaveLength(12 - ITEMS_AT_ONCE);
    release();
    await running;
    expect(bench.counterpart.mostWaiting).toBe(ITEMS_AT_ONCE);
    expect(await read(bench, bench.admin, id)).toMatchObject({ status: 'completed', done: 12 });
  });

  it('is carried out by one of two replicas, and no integration twice', async () => {
    const ids = await make(10);
    const operations = [await begin(ids.slice(0, 5)), await begin(ids.slice(5))];
    await Promise.all([carryOut(app()), carryOut(replica), carryOut(app()), carryOut(replica)]);
    expect(paths()).toEqual(ids.map((_, number) => `/n${number}`).sort());
    for (const { id } of operations)
      expect(await read(bench, bench.admin, id)).toMatchObject({ status: 'completed', done: 5 });
  });

  it('is begun once for a request that is sent twice with one key', async () => {
    const ids = await make(1);
    const send = () =>
      api().post('/integrations/bulk', { ids, action: 'disable' }).set('idempotency-key', 'double-click');
    const [one, other] = await Promise.all([send().expect(202), send().expect(202)]);
    expect(one.body.data.bulk_operation.id).toBe(other.body.data.bulk_operation.id);
    expect([one.body.message, other.body.message]).toContain(
      'This request was carried out before; nothing was begun again.',
    );
    await api()
      .post('/integrations/bulk', { ids, action: 'enable' })
      .set('idempotency-key', 'double-click')
      .expect(409);
    expect(await bench.testApp.sql('SELECT 1 FROM bulk_operations')).toHaveLength(1);
  });
});

describe('a process that is killed', () => {
  it('before it did anything is followed by another when its lease ends', async () => {
    const { id } = await begin(await make(3));
    expect(await claim(replica)).toHaveLength(1);
    await carryOut(app());
    expect(bench.counterpart.requests).toHaveLength(0);
    await endLeases(bench);
    await carryOut(app());
    expect(paths()).toEqual(['/n0', '/n1', '/n2']);
    expect(await read(bench, bench.admin, id)).toMatchObject({ status: 'completed', done: 3 });
  });

  it('in the middle of a test says of that one that it is unknown, and tests none twice', async () => {
    const ids = (await make(3)).sort();
    const { id } = await begin(ids);
    const [dead] = await claim(replica);
    const repository = replica.get(BulkOperationsRepository, { strict: false });
    const begun = await repository.next(dead!.organization_id, id, dead!.leaseToken);
    expect(begun?.integration_id).toBe(ids[0]);
    await endLeases(bench);
    await carryOut(app());
    const operation = await read(bench, bench.admin, id);
    expect(operation).toMatchObject({ status: 'completed', done: 2, failed: 1 });
    expect(operation.items[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('stopped in the middle'),
    });
    expect(bench.counterpart.requests).toHaveLength(2);
  });

  it('in the middle of what can be seen afterwards has it done once', async () => {
    const ids = (await make(2)).sort();
    const { id } = await begin(ids, 'disable');
    const [dead] = await claim(replica);
    const repository = replica.get(BulkOperationsRepository, { strict: false });
    await repository.next(dead!.organization_id, id, dead!.leaseToken);
    await api().post(`/integrations/${ids[0]}/disable`).expect(200);
    await endLeases(bench);
    await carryOut(app());
    const operation = await read(bench, bench.admin, id);
    expect(operation.items.map(({ status, message }) => [status, message])).toEqual([
      ['done', 'It was disabled already.'],
      ['done', 'Disabled.'],
    ]);
  });

  it('and wakes up late, when another has the operation, changes nothing of it', async () => {
    const ids = (await make(2)).sort();
    const { id } = await begin(ids);
    const [late] = await claim(replica);
    const repository = replica.get(BulkOperationsRepository, { strict: false });
    const { organization_id: organizationId, leaseToken } = late!;
    await repository.next(organizationId, id, leaseToken);
    await endLeases(bench);
    await claim(app());
    const at = bench.testApp.clock.date();
    const outcome = { status: 'done', message: 'Late', integrationId: ids[0]!, at } as const;
    await repository.finish(organizationId, id, leaseToken, outcome);
    expect(await repository.next(organizationId, id, leaseToken)).toBeUndefined();
    await repository.end(organizationId, id, leaseToken, at);
    expect(await read(bench, bench.admin, id)).toMatchObject({
      status: 'running',
      done: 0,
      failed: 1,
      items: [{ status: 'failed' }, { status: 'queued' }],
    });
  });
});

describe('cancelling', () => {
  it('stops what has not begun; what is under way ends as it does', async () => {
    const { id } = await begin(await make(8));
    const release = bench.counterpart.hold();
    const running = carryOut(app());
    await eventually(() => bench.counterpart.waiting === ITEMS_AT_ONCE, 'some are under way');
    const { body } = await api().post(`/bulk-operations/${id}/cancel`).expect(200);
    expect(body.data.bulk_operation).toMatchObject({ status: 'cancelled', skipped: 3 });
    await api().post(`/bulk-operations/${id}/cancel`).expect(200);
    release();
    await running;
    const operation = await read(bench, bench.admin, id);
    expect(operation).toMatchObject({ status: 'cancelled', done: 5, failed: 0, skipped: 3 });
    const skipped = operation.items.filter(({ status }) => status === 'skipped');
    expect(new Set(skipped.map(({ message }) => message))).toEqual(
      new Set(['It was cancelled before this one began.']),
    );
    expect(bench.counterpart.requests).toHaveLength(5);
    const rows = await bench.testApp.sql(
      "SELECT actor_id FROM audit_logs WHERE action = 'integrations.bulk_cancelled' AND resource_id = $1",
      [id],
    );
    expect(rows).toEqual([{ actor_id: bench.admin.userId }]);
  });

  it('is of no use when it is over', async () => {
    const { id } = await begin(await make(1), 'disable');
    await carryOut(app());
    const { body } = await api().post(`/bulk-operations/${id}/cancel`).expect(409);
    expect(body.error.message).toContain('over already');
  });

  it('what a killed process was in the middle of is settled all the same', async () => {
    const { id } = await begin(await make(2), 'disable');
    const [dead] = await claim(replica);
    const repository = replica.get(BulkOperationsRepository, { strict: false });
    await repository.next(dead!.organization_id, id, dead!.leaseToken);
    await api().post(`/bulk-operations/${id}/cancel`).expect(200);
    await endLeases(bench);
    await carryOut(app());
    expect(await read(bench, bench.admin, id)).toMatchObject({
      status: 'cancelled',
      done: 0,
      failed: 1,
      skipped: 1,
    });
    expect(await claim(app())).toEqual([]);
  });
});

describe('the caller', () => {
  it('who has left the organisation does nothing more in it', async () => {
    const second = await bench.testApp.member(bench.admin.organizationId, 'org_admin');
    const ids = await make(7);
    const { id } = await start(bench, second, { ids, action: 'test' });
    const release = bench.counterpart.hold();
    const running = carryOut(app());
    await eventually(() => bench.counterpart.waiting === ITEMS_AT_ONCE, 'some are under way');
    await bench.testApp.sql('DELETE FROM organization_members WHERE user_id = $1', [second.userId]);
    release();
    await running;
    const operation = await read(bench, bench.admin, id);
    expect(operation).toMatchObject({ status: 'failed', done: 5, skipped: 2 });
    expect(operation.items.at(-1)?.message ?? '').toEqual(expect.any(String));
    expect(bench.counterpart.requests).toHaveLength(5);
  });

  it('who became a viewer meanwhile does nothing more either', async () => {
    const second = await bench.testApp.member(bench.admin.organizationId, 'org_admin');
    const { id } = await start(bench, second, { ids: await make(2), action: 'delete', confirm: 2 });
    await bench.testApp.sql("UPDATE organization_members SET role = 'viewer' WHERE user_id = $1", [
      second.userId,
    ]);
    await carryOut(app());
    expect(await read(bench, bench.admin, id)).toMatchObject({ status: 'failed', done: 0, skipped: 2 });
    expect(await bench.testApp.sql('SELECT 1 FROM integrations')).toHaveLength(2);
  });
});

describe('operations', () => {
  it('are forgotten after 30 days, with all that belongs to them', async () => {
    const { id } = await begin(await make(1), 'disable');
    await bench.testApp.sql('UPDATE bulk_operations SET created_at = $1', [
      new Date(bench.testApp.clock.now() - 30 * DAY_MS + 1000),
    ]);
    const service = app().get(BulkOperationsService, { strict: false });
    await service.purge();
    await api().get(`/bulk-operations/${id}`).expect(200);
    await bench.testApp.sql("UPDATE bulk_operations SET created_at = created_at - interval '2 seconds'");
    await service.purge();
    await api().get(`/bulk-operations/${id}`).expect(404);
    expect(await bench.testApp.sql('SELECT 1 FROM bulk_operation_items')).toEqual([]);
  });
});

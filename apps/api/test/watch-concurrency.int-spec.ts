import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DueIntegrations } from '../src/integrations/checks/due-integrations.js';
import { ArgoBench } from './support/argocd.js';
import { eventually } from './support/counterpart.js';
import { check, claim, pathIntegration, round, rowOf } from './support/watch.js';

const LEASE_MS = 90_000;

let bench: ArgoBench;
let replica: NestFastifyApplication;

beforeAll(async () => {
  bench = await ArgoBench.start({ environment: { HEALTH_CHECK_CONCURRENCY: '3' } });
  replica = await bench.testApp.launch();
});

beforeEach(async () => {
  await bench.testApp.sql('DELETE FROM integrations');
  await bench.signIn(bench.admin);
  bench.counterpart.answers({ '*': { json: {} } });
});

afterAll(async () => {
  await replica.close();
  await bench.close();
});

const app = () => bench.testApp.app;
const api = () => bench.testApp.as(bench.admin);

async function make(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1)
    ids.push((await bench.create(bench.admin, pathIntegration(`n${number}`))).id);
  return ids;
}

async function leased(): Promise<number> {
  const rows = await bench.testApp.sql('SELECT 1 FROM integrations WHERE check_lease_token IS NOT NULL');
  return rows.length;
}

const paths = () => bench.counterpart.requests.map(({ path }) => path).sort();

describe('a round', () => {
  it('checks no more at once than it may, and a slow one holds up only its own place', async () => {
    await make(10);
    const release = bench.counterpart.hold();
    const running = round(app());
    await eventually(() => bench.counterpart.waiting === 3, 'three checks are under way');
    expect(await leased()).toBe(3);
    release();
    await running;
    expect(bench.counterpart.mostWaiting).toBe(3);
    expect(paths()).toEqual(Array.from({ length: 10 }, (_, number) => `/n${number}`));
    expect(await leased()).toBe(0);
  });

  it('goes on with the others while one hangs', async () => {
    await make(7);
    const { promise, resolve } = Promise.withResolvers<void>();
    bench.counterpart.answers({
      'GET /n0': async () => {
        await promise;
        return { json: {} };
      },
      '*': { json: {} },
    });
    const running = round(app());
    try {
      await eventually(() => bench.counterpart.requests.length === 7, 'the others were asked');
      await eventually(async () => (await leased()) === 1, 'only the slow one is held');
    } finally {
      resolve();
      await running;
    }
    expect(await leased()).toBe(0);
  });

  it('fills the places that came free while it was taking the one that hangs', async () => {
    const ids = await make(7);
    await bench.testApp.sql(
      "UPDATE integrations SET next_check_at = next_check_at - (9 - right(name, 1)::int) * interval '1 s'",
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    bench.counterpart.answers({
      'GET /n3': async () => {
        await promise;
        return { json: {} };
      },
      '*': { json: {} },
    });
    const due = app().get(DueIntegrations, { strict: false });
    const take = due.claim.bind(due);
    // The claim that takes it ends only when the first three are done.
    const slow = jest.spyOn(due, 'claim').mockImplementation(async (limit, except) => {
      const taken = await take(limit, except);
      if (taken.some(({ integrationId }) => integrationId === ids[3]))
        await eventually(async () => (await leased()) === taken.length, 'the first three are done');
      return taken;
    });
    const running = round(app());
    try {
      await eventually(() => bench.counterpart.requests.length === 7, 'the others were asked');
    } finally {
      slow.mockRestore();
      resolve();
      await running;
    }
  });

  it('takes nothing more once it is told to stop, and finishes what it began', async () => {
    await make(8);
    const release = bench.counterpart.hold();
    const stop = new AbortController();
    const running = round(app(), stop.signal);
    await eventually(() => bench.counterpart.waiting === 3, 'three checks are under way');
    stop.abort();
    release();
    await running;
    expect(bench.counterpart.requests).toHaveLength(3);
    const rows = await bench.testApp.sql<{ status: string }>('SELECT status FROM integrations');
    expect(rows.filter(({ status }) => status === 'active')).toHaveLength(3);
    expect(await leased()).toBe(0);
  });
});

describe('two replicas', () => {
  it('share what is due and check none of it twice', async () => {
    const expected = (await make(12)).map((_, number) => `/n${number}`).sort();
    const release = bench.counterpart.hold();
    const running = Promise.all([round(app()), round(replica), round(app()), round(replica)]);
    await eventually(() => bench.counterpart.waiting === 6, 'both have filled their places');
    release();
    await running;
    expect(paths()).toEqual(expected);
  });

  it('never hold the same integration, however often they claim', async () => {
    await make(9);
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, number) => claim(number % 2 ? app() : replica, 2)),
    );
    const ids = claims.flat().map(({ integrationId }) => integrationId);
    expect(ids).toHaveLength(9);
    expect(new Set(ids).size).toBe(9);
  });
});

describe('a round that was killed', () => {
  it('loses nothing: what it held is due again when its lease ends', async () => {
    const [id] = (await make(1)) as [string];
    const [dead] = await claim(replica);
    await round(app());
    expect(bench.counterpart.requests).toHaveLength(0);
    bench.testApp.clock.advance(LEASE_MS - 1);
    await round(app());
    expect(bench.counterpart.requests).toHaveLength(0);
    bench.testApp.clock.advance(1);
    await round(app());
    expect(bench.counterpart.requests).toHaveLength(1);
    expect((await rowOf(bench, id)).status).toBe('active');

    bench.failing();
    await check(replica, dead!);
    expect((await rowOf(bench, id)).status).toBe('active');
  });

  it('cannot overwrite what its successor is doing', async () => {
    const [id] = (await make(1)) as [string];
    const [dead] = await claim(replica);
    bench.testApp.clock.advance(LEASE_MS);
    const [successor] = await claim(app());
    bench.failing();
    await check(replica, dead!);
    expect(await rowOf(bench, id)).toMatchObject({
      status: 'pending',
      check_lease_token: successor!.leaseToken,
    });
    bench.counterpart.answers({ '*': { json: {} } });
    await check(app(), successor!);
    expect(await rowOf(bench, id)).toMatchObject({ status: 'active', check_lease_token: null });
  });
});

describe('the outcome of a check that was overtaken', () => {
  /** A failing check that is under way while `meanwhile` happens, after which the provider is well. */
  async function overtaken(meanwhile: (id: string) => Promise<unknown>): Promise<string> {
    const [id] = (await make(1)) as [string];
    const { promise, resolve } = Promise.withResolvers<void>();
    let first = true;
    bench.counterpart.answers({
      '*': async () => {
        if (!first) return { json: {} };
        first = false;
        await promise;
        return { status: 503, json: {} };
      },
    });
    const [due] = await claim(app());
    const running = check(app(), due!);
    await eventually(() => bench.counterpart.waiting === 1, 'the check is under way');
    await meanwhile(id);
    resolve();
    await running;
    return id;
  }

  it('is dropped when the integration was deleted', async () => {
    const before = await bench.counts();
    await overtaken((id) => api().delete(`/integrations/${id}`).expect(200));
    expect(await bench.counts()).toEqual(before);
  });

  it('is dropped when it was disabled', async () => {
    const id = await overtaken((made) => api().post(`/integrations/${made}/disable`).expect(200));
    expect(await rowOf(bench, id)).toMatchObject({ status: 'disabled', next_check_at: null });
    expect((await bench.counts()).incidents).toBe(0);
  });

  it('is dropped when it was disabled and enabled again', async () => {
    const id = await overtaken(async (made) => {
      await api().post(`/integrations/${made}/disable`).expect(200);
      await api().post(`/integrations/${made}/enable`).expect(200);
    });
    expect(await rowOf(bench, id)).toMatchObject({ status: 'pending', check_lease_token: null });
    await round(app());
    expect(await rowOf(bench, id)).toMatchObject({ status: 'active' });
  });

  it('is dropped when a person asked for it, too', async () => {
    const [id] = (await make(1)) as [string];
    const release = bench.counterpart.hold();
    const running = api()
      .post(`/integrations/${id}/test`)
      .then(({ status }) => status);
    await eventually(() => bench.counterpart.waiting === 1, 'the test is under way');
    await api().post(`/integrations/${id}/disable`).expect(200);
    release();
    expect(await running).toBe(200);
    expect(await rowOf(bench, id)).toMatchObject({ status: 'disabled', next_check_at: null });
  });

  it('is dropped when the credentials were replaced', async () => {
    const id = await overtaken((made) =>
      api()
        .patch(`/integrations/${made}/credentials`, { credential_type: 'api_token', token: 'newer' })
        .expect(200),
    );
    expect(await rowOf(bench, id)).toMatchObject({ status: 'active', check_lease_token: null });
    expect((await bench.counts()).incidents).toBe(0);
  });

  it('is dropped when the settings were changed, and the new ones are checked at once', async () => {
    const id = await overtaken((made) =>
      api()
        .patch(`/integrations/${made}`, {
          config: { base_url: 'https://api.example.com', test_path: '/new' },
        })
        .expect(200),
    );
    expect(await rowOf(bench, id)).toMatchObject({
      status: 'pending',
      next_check_at: bench.testApp.clock.date(),
      check_lease_token: null,
    });
    await round(app());
    expect(bench.counterpart.requests.at(-1)!.path).toBe('/new');
    expect(await rowOf(bench, id)).toMatchObject({ status: 'active' });
  });
});

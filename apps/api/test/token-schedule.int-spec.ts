import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TokenRefreshService } from '../src/health-monitor/token-refresh.service.js';
import { type Busy, DueTokens } from '../src/integrations/tokens/due-tokens.js';
import { TokenLeasesRepository } from '../src/tokens/oauth2/token-leases.repository.js';
import { eventually } from './support/counterpart.js';
import { tokenAnswer } from './support/oidc.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';

const AT_ONCE_PER_TYPE = 4;

let bench: TokensBench;
let replica: NestFastifyApplication;
let ids: string[];

beforeAll(async () => {
  bench = await TokensBench.start();
  replica = await bench.replica();
});

beforeEach(async () => {
  bench.oidc.onToken();
  await bench.testApp.sql('DELETE FROM integrations');
});

afterAll(async () => {
  await replica.close();
  await bench.close();
});

async function connect(count: number): Promise<void> {
  ids = [];
  for (let number = 0; number < count; number += 1) ids.push(await bench.connect());
}

/** Shortly before their end, when they are due. */
const becomeDue = () => bench.clock.advance(HOUR_MS - 60_000);

async function round(app: INestApplicationContext = bench.app, signal = new AbortController().signal) {
  const service = bench.of(TokenRefreshService, app);
  await service.round(signal);
  await service.settled();
}

const NOBODY: Busy = { types: [], organizations: [], pairs: [] };
const claim = (limit = 100, busy: Partial<Busy> = {}, app?: INestApplicationContext) =>
  bench.of(DueTokens, app).claim(limit, { ...NOBODY, ...busy });

/** Keeps requests for tokens waiting. */
function hold(): { release: () => void; waiting: () => number; most: () => number } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  let most = 0;
  bench.oidc.onToken(async (_, forward) => {
    waiting += 1;
    most = Math.max(most, waiting);
    await promise;
    waiting -= 1;
    return forward();
  });
  return { release: resolve, waiting: () => waiting, most: () => most };
}

const claimsEnd = () =>
  bench.testApp.sql("UPDATE integration_credentials SET refresh_claimed_until = now() - interval '1 second'");

describe('the schedule', () => {
  it('refreshes what is about to end, and nothing before that', async () => {
    await connect(2);
    await round();
    expect(bench.refreshes).toBe(0);
    becomeDue();
    await round();
    expect(bench.refreshes).toBe(2);
    for (const id of ids) {
      const row = await bench.row(id);
      expect(row.expires_at!.getTime()).toBe(bench.clock.now() + HOUR_MS);
      expect(row).toMatchObject({ refreshed_at: bench.clock.date(), refresh_claimed_until: null });
      expect((await bench.events(id)).at(-1)).toMatchObject({ kind: 'refreshed', cause: 'schedule' });
    }
    await round();
    expect(bench.refreshes).toBe(2);
  });

  it('leaves alone what is disabled, what nobody has authorised, and what only a consent helps', async () => {
    await connect(2);
    await bench.create();
    await bench.testApp.as(bench.admin).post(`/integrations/${ids[0]}/disable`).expect(200);
    await bench.testApp.sql("UPDATE integrations SET status = 'needs_reauth' WHERE id = $1", [ids[1]]);
    becomeDue();
    await round();
    expect(bench.refreshes).toBe(0);
  });

  it('tries again after a failure, and the old token is used meanwhile', async () => {
    await connect(1);
    const { access_token: old } = await bench.sealed(ids[0]!);
    becomeDue();
    bench.oidc.always(tokenAnswer(503, ''));
    await round();
    const failed = await bench.row(ids[0]!);
    expect(failed).toMatchObject({ refresh_failures: 1, refresh_claimed_until: null });
    expect(failed.refresh_at!.getTime()).toBeGreaterThan(bench.clock.now());
    await round();
    expect(bench.refreshes).toBe(1);
    expect((await bench.read(ids[0]!)).token).toBe(old);

    bench.oidc.onToken();
    bench.clock.advance(2000);
    await round();
    expect(await bench.row(ids[0]!)).toMatchObject({ refresh_failures: 0 });
    expect((await bench.read(ids[0]!)).token).not.toBe(old);
  });

  it('asks one provider for a few at once, and goes on until nothing is due', async () => {
    await connect(11);
    becomeDue();
    const { release, waiting, most } = hold();
    const running = round();
    await eventually(() => waiting() === AT_ONCE_PER_TYPE, 'a few are asked for');
    release();
    await running;
    expect(most()).toBe(AT_ONCE_PER_TYPE);
    for (const id of ids) expect((await bench.row(id)).revision).toBe(3);
  });

  it('goes on with those of other organisations while the endpoints of one hang', async () => {
    await connect(7);
    const { admin } = bench;
    bench.admin = await bench.testApp.account();
    const theirs = await Promise.all([bench.connect(), bench.connect()]);
    bench.admin = admin;
    becomeDue();
    await bench.testApp.sql(
      "UPDATE integration_credentials SET refresh_at = refresh_at + interval '1 second' WHERE integration_id = ANY($1)",
      [theirs],
    );
    const hanging = new Set(await Promise.all(ids.map(async (id) => (await bench.sealed(id)).refresh_token)));
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    let waiting = 0;
    bench.oidc.onToken(async ({ form }, forward) => {
      if (hanging.has(form.get('refresh_token')!)) {
        waiting += 1;
        await gate;
      }
      return forward();
    });
    const running = round();
    try {
      await eventually(async () => {
        const revisions = await Promise.all(theirs.map(async (id) => (await bench.row(id)).revision));
        return revisions.every((revision) => revision === 3);
      }, 'the others have new tokens');
      expect(waiting).toBeLessThanOrEqual(AT_ONCE_PER_TYPE);
    } finally {
      release();
      await running;
    }
    for (const id of ids) expect((await bench.row(id)).revision).toBe(3);
  });

  it('goes on with others while one provider hangs', async () => {
    await connect(7);
    const [other] = ids.slice(-1);
    await bench.testApp.sql("UPDATE integrations SET integration_type_id = 'grafana' WHERE id = $1", [other]);
    becomeDue();
    await bench.testApp.sql(
      "UPDATE integration_credentials SET refresh_at = refresh_at + interval '1 second' WHERE integration_id = $1",
      [other],
    );
    const { release, waiting } = hold();
    const running = round();
    await eventually(() => waiting() === AT_ONCE_PER_TYPE, 'the provider that hangs has its places');
    // Nothing of a type that is unknown here can be refreshed; that it was tried is enough.
    await eventually(async () => {
      const [row] = await bench.testApp.sql<{ claimed: boolean }>(
        'SELECT refresh_claimed_until IS NOT NULL AS claimed FROM integration_credentials WHERE integration_id = $1',
        [other],
      );
      return row!.claimed;
    }, 'the other is begun');
    expect(waiting()).toBe(AT_ONCE_PER_TYPE);
    release();
    await running;
    for (const id of ids.slice(0, -1)) expect((await bench.row(id)).revision).toBe(3);
  });

  it('one that fails stops nobody else', async () => {
    await connect(3);
    await bench.testApp.sql(
      `UPDATE integration_credentials SET sealed = decode('00', 'hex') WHERE integration_id = $1`,
      [ids[0]],
    );
    becomeDue();
    await round();
    expect(bench.refreshes).toBe(2);
    await round();
    expect(bench.refreshes).toBe(2);
  });
});

describe('two replicas', () => {
  it('share what is due, and each token is refreshed once', async () => {
    await connect(9);
    becomeDue();
    const { release, waiting } = hold();
    const running = Promise.all([round(), round(replica), round(), round(replica)]);
    await eventually(() => waiting() === 2 * AT_ONCE_PER_TYPE, 'both have begun');
    release();
    await running;
    expect(bench.refreshes).toBe(9);
  });

  it('never claim the same token, however often they do', async () => {
    await connect(6);
    becomeDue();
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, number) => claim(1, {}, number % 2 ? replica : bench.app)),
    );
    const claimed = claims.flat().map(({ integrationId }) => integrationId);
    expect(claimed.toSorted()).toEqual(ids.toSorted());
    expect(await claim()).toEqual([]);
  });

  it('lose nothing when one is killed: what it had claimed is due again', async () => {
    await connect(2);
    becomeDue();
    expect(await claim(100, {}, replica)).toHaveLength(2);
    await round();
    expect(bench.refreshes).toBe(0);
    await claimsEnd();
    await round();
    expect(bench.refreshes).toBe(2);
  });

  it('lose no time when one is killed in the middle of a refresh: its lease is all that is waited for', async () => {
    await connect(1);
    becomeDue();
    expect(await claim(1, {}, replica)).toHaveLength(1);
    const { id: credentialId, revision } = await bench.row(ids[0]!);
    const place = { organizationId: bench.admin.organizationId, integrationId: ids[0]! };
    const read = { id: credentialId, revision, refreshFailures: 0 };
    const leases = bench.of(TokenLeasesRepository, replica);
    expect((await leases.claim(place, read, randomUUID())).claimed).toBe(true);
    expect(await claim()).toEqual([]);
    await bench.leaseOfTheDead(ids[0]!);
    await round();
    expect(bench.refreshes).toBe(1);
  });

  it('take nothing of a type, an organisation, or both together, that are asked often enough', async () => {
    await connect(1);
    becomeDue();
    const { organizationId } = bench.admin;
    const other = '00000000-0000-4000-8000-000000000001';
    expect(await claim(10, { types: ['generic_http'] })).toEqual([]);
    expect(await claim(10, { organizations: [organizationId] })).toEqual([]);
    expect(await claim(10, { pairs: [`${organizationId}/generic_http`] })).toEqual([]);
    const busy = {
      types: ['slack'],
      organizations: [other],
      pairs: [`${other}/generic_http`, `${organizationId}/slack`],
    };
    expect(await claim(10, busy)).toEqual([
      { organizationId, integrationId: ids[0], typeId: 'generic_http' },
    ]);
  });
});

it('what has failed before comes after what has not, however long it has been due', async () => {
  await connect(3);
  becomeDue();
  await bench.testApp.sql(
    `UPDATE integration_credentials SET refresh_failures = 1, refresh_at = refresh_at - interval '1 hour'
     WHERE integration_id = ANY($1)`,
    [ids.slice(0, 2)],
  );
  expect((await claim(1)).map(({ integrationId }) => integrationId)).toEqual([ids[2]]);
  expect(await claim()).toHaveLength(2);
});

describe('a round that is told to stop', () => {
  it('takes nothing more, and what has begun is stored', async () => {
    await connect(6);
    becomeDue();
    const { release, waiting } = hold();
    const stop = new AbortController();
    const running = round(bench.app, stop.signal);
    await eventually(() => waiting() === AT_ONCE_PER_TYPE, 'a few are under way');
    stop.abort();
    release();
    await running;
    const revisions = await Promise.all(ids.map(async (id) => (await bench.row(id)).revision));
    expect(revisions.filter((revision) => revision === 3)).toHaveLength(AT_ONCE_PER_TYPE);
    await claimsEnd();
    await round();
    expect(bench.refreshes).toBe(6);
  });
});

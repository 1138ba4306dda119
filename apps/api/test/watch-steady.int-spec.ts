import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench } from './support/argocd.js';
import { eventually } from './support/counterpart.js';
import { check, claim, pathIntegration, round, rowOf } from './support/watch.js';

let bench: ArgoBench;
let id: string;

beforeAll(async () => {
  bench = await ArgoBench.start();
});

/** An integration that works, whose next check is due. */
beforeEach(async () => {
  await bench.testApp.sql('DELETE FROM integrations');
  await bench.signIn(bench.admin);
  bench.counterpart.answers({ '*': { json: {} } });
  ({ id } = await bench.create(bench.admin, pathIntegration('steady')));
  await round(bench.testApp.app);
  bench.testApp.clock.advance(400_000);
});

afterAll(() => bench.close());

async function counted(): Promise<{ checks: number; logs: number }> {
  const [row] = await bench.testApp.sql<{ checks: number; logs: number }>(
    `SELECT (SELECT count(*) FROM health_checks WHERE integration_id = $1)::int AS checks,
       (SELECT count(*) FROM integration_logs WHERE integration_id = $1 AND action = 'health_check')::int AS logs`,
    [id],
  );
  return row!;
}

const credential = async () =>
  (
    await bench.testApp.sql<{ state: string; last_used_at: Date; previous_sealed: Buffer | null }>(
      'SELECT state, last_used_at, previous_sealed FROM integration_credentials WHERE integration_id = $1',
      [id],
    )
  )[0]!;

/** A check that succeeds, and what happened while it was under way. */
async function meanwhile(sql: string): Promise<void> {
  const release = bench.counterpart.hold();
  const [due] = await claim(bench.testApp.app);
  const running = check(bench.testApp.app, due!);
  await eventually(() => bench.counterpart.waiting === 1, 'the check is under way');
  await bench.testApp.sql(sql, [id]);
  release();
  await running;
}

describe('a check that finds what was there before', () => {
  it('is counted, logged and used the credential, and the next one is planned', async () => {
    await round(bench.testApp.app);
    const at = bench.testApp.clock.date();
    const row = await rowOf(bench, id);
    expect(row).toMatchObject({ status: 'active', last_checked_at: at, check_lease_token: null });
    expect(row.next_check_at!.getTime()).toBeGreaterThan(at.getTime() + 200_000);
    expect(await counted()).toEqual({ checks: 2, logs: 2 });
    expect(await credential()).toMatchObject({ state: 'active', last_used_at: at });
  });
});

describe('its outcome is dropped', () => {
  it.each([
    [
      'the credential became another',
      'UPDATE integration_credentials SET revision = revision + 1 WHERE integration_id = $1',
    ],
    [
      'the settings became others',
      `UPDATE integrations SET config = config || '{"test_path": "/x"}' WHERE id = $1`,
    ],
    ['another took it over', 'UPDATE integrations SET check_lease_token = gen_random_uuid() WHERE id = $1'],
    ['it was disabled', "UPDATE integrations SET status = 'disabled' WHERE id = $1"],
    ['it was deleted', 'DELETE FROM integrations WHERE id = $1'],
  ])('when %s', async (_, sql) => {
    const deleted = sql.startsWith('DELETE');
    await meanwhile(sql);
    expect(await counted()).toEqual(deleted ? { checks: 0, logs: 0 } : { checks: 1, logs: 1 });
  });
});

describe('what a success teaches is learnt', () => {
  it.each([
    [
      'a credential that was not proven',
      "UPDATE integration_credentials SET state = 'updated' WHERE integration_id = $1",
    ],
    [
      'the version before is kept until then',
      'UPDATE integration_credentials SET previous_sealed = sealed, previous_key_version = key_version WHERE integration_id = $1',
    ],
  ])('%s', async (_, sql) => {
    await bench.testApp.sql(sql, [id]);
    await round(bench.testApp.app);
    expect(await credential()).toMatchObject({ state: 'active', previous_sealed: null });
    expect(await counted()).toEqual({ checks: 2, logs: 2 });
  });

  it('an integration that was broken works again', async () => {
    await bench.testApp.sql(
      "UPDATE integrations SET status = 'error', consecutive_failures = 2 WHERE id = $1",
      [id],
    );
    await round(bench.testApp.app);
    expect(await rowOf(bench, id)).toMatchObject({ status: 'active', consecutive_failures: 0 });
  });
});

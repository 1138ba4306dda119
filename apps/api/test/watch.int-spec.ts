import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench } from './support/argocd.js';
import { round, rowOf, secondsLeft } from './support/watch.js';

const INTERVAL = 300;

let bench: ArgoBench;

beforeAll(async () => {
  bench = await ArgoBench.start({ environment: { HEALTH_CHECK_INTERVAL: String(INTERVAL) } });
});

beforeEach(async () => {
  bench.healthy();
  await bench.testApp.sql('DELETE FROM integrations');
  await bench.signIn(bench.admin);
});

afterAll(() => bench.close());

const app = () => bench.testApp.app;
const untilDue = async (id: string): Promise<void> =>
  bench.testApp.clock.advance(Math.ceil((await secondsLeft(bench, id)) * 1000));

/** Within a tenth of this many seconds. */
function expectAbout(seconds: number, wanted: number): void {
  expect(seconds).toBeGreaterThanOrEqual(wanted * 0.9 - 0.001);
  expect(seconds).toBeLessThanOrEqual(wanted * 1.1 + 0.001);
}

describe('a round', () => {
  it('checks what is new by the cheaper requests of the manifest, and leaves what is not due', async () => {
    const { id } = await bench.create();
    await round(app());
    expect(bench.counterpart.requests.map(({ path }) => path)).toEqual([
      '/api/v1/applications?fields=metadata.resourceVersion&appNamespace=argocd',
      '/api/v1/session/userinfo',
    ]);
    expect(await rowOf(bench, id)).toMatchObject({
      status: 'active',
      error_code: null,
      consecutive_failures: 0,
      last_checked_at: bench.testApp.clock.date(),
      check_lease_token: null,
    });
    expectAbout(await secondsLeft(bench, id), INTERVAL);

    await round(app());
    expect(bench.counterpart.requests).toHaveLength(2);
    await untilDue(id);
    await round(app());
    expect(bench.counterpart.requests).toHaveLength(4);
  });

  it('spreads what began together', async () => {
    const made = [];
    for (let number = 0; number < 8; number += 1) made.push(await bench.create());
    await round(app());
    const seconds = await Promise.all(made.map(({ id }) => secondsLeft(bench, id)));
    for (const each of seconds) expectAbout(each, INTERVAL);
    expect(new Set(seconds).size).toBeGreaterThan(1);
  });

  it('leaves a credential where it is: nothing of a check is written to the audit trail', async () => {
    const { id } = await bench.create();
    const before = await bench.testApp.sql('SELECT sequence FROM audit_logs');
    await round(app());
    expect(await bench.testApp.sql('SELECT sequence FROM audit_logs')).toHaveLength(before.length);
    const { body } = await bench.testApp.as(bench.admin).get(`/integrations/${id}/logs`).expect(200);
    expect(body.data.logs[0]).toMatchObject({
      action: 'health_check',
      status: 'success',
      metadata: { username: 'latchkey' },
    });
  });
});

describe('a failure', () => {
  it('says what is wrong and what to do', async () => {
    const { id } = await bench.create();
    bench.failing(503);
    await round(app());
    expect(await bench.read(id)).toMatchObject({
      status: 'error',
      error_code: 'bad_response',
      error_message: 'Argo CD answered with an error of its own (status 503)',
      hint: expect.stringContaining('then test again'),
      consecutive_failures: 1,
      last_sync_at: null,
      status_changed_at: bench.testApp.clock.date().toISOString(),
    });
  });

  it('makes the next check wait twice as long each time, up to an hour', async () => {
    const { id } = await bench.create();
    bench.failing();
    for (const wanted of [300, 600, 1200, 2400, 3600, 3600, 3600]) {
      await round(app());
      expectAbout(await secondsLeft(bench, id), wanted);
      await untilDue(id);
    }
    const { status_changed_at: since, consecutive_failures: failures } = await rowOf(bench, id);
    expect(failures).toBe(7);
    expect(since.getTime()).toBeLessThan(bench.testApp.clock.now() - 3_600_000);
  });

  it('of a provider that asks to wait is not followed by a check before that time', async () => {
    const { id } = await bench.create();
    bench.failing(429, { 'retry-after': '1800' });
    await round(app());
    expect(await rowOf(bench, id)).toMatchObject({ status: 'error', error_code: 'rate_limited' });
    expect(await secondsLeft(bench, id)).toBe(1800);

    await bench.testApp.sql('UPDATE integrations SET next_check_at = $1', [bench.testApp.clock.date()]);
    bench.failing(503, { 'retry-after': '1' });
    await round(app());
    expectAbout(await secondsLeft(bench, id), 600);
  });

  it.each([
    [401, 'auth'],
    [403, 'permission'],
  ])(
    'of the credential (status %i) leaves the fast schedule only when it was refused',
    async (status, kind) => {
      const { id } = await bench.create();
      bench.failing(status);
      await round(app());
      expect(await rowOf(bench, id)).toMatchObject({ error_code: kind });
      expectAbout(await secondsLeft(bench, id), status === 401 ? 86_400 : INTERVAL);
    },
  );

  it('opens one incident, and a success resolves it and brings back the schedule', async () => {
    const { id } = await bench.create();
    await round(app());
    await untilDue(id);
    bench.failing();
    const opened = bench.testApp.clock.date();
    for (let number = 0; number < 3; number += 1) {
      await round(app());
      await untilDue(id);
    }
    bench.healthy();
    const resolved = bench.testApp.clock.date();
    await round(app());
    expect(await rowOf(bench, id)).toMatchObject({
      status: 'active',
      error_code: null,
      error_message: null,
      error_hint: null,
      consecutive_failures: 0,
      status_changed_at: resolved,
    });
    expectAbout(await secondsLeft(bench, id), INTERVAL);
    const incidents = await bench.testApp.sql(
      'SELECT opened_at, resolved_at, error_code FROM incidents WHERE integration_id = $1',
      [id],
    );
    expect(incidents).toEqual([{ opened_at: opened, resolved_at: resolved, error_code: 'bad_response' }]);
  });
});

describe('one that cannot be opened', () => {
  it('is shown as broken and stops none of the others, nor the list', async () => {
    const spoiled = await bench.create();
    const ghost = await bench.create();
    const stray = await bench.create();
    const bare = await bench.create();
    const fine = await bench.create();
    await bench.testApp.sql(
      `UPDATE integration_credentials SET sealed = decode('00', 'hex') WHERE integration_id = $1`,
      [spoiled.id],
    );
    await bench.testApp.sql(
      `INSERT INTO integration_types (id, name, category, manifest_hash) VALUES ('ghost', 'Ghost', 'other', 'x')
       ON CONFLICT DO NOTHING`,
    );
    await bench.testApp.sql(`UPDATE integrations SET integration_type_id = 'ghost' WHERE id = $1`, [
      ghost.id,
    ]);
    await bench.testApp.sql(`UPDATE integrations SET auth_mode = 'nothing' WHERE id = $1`, [stray.id]);
    await bench.testApp.sql('DELETE FROM integration_credentials WHERE integration_id = $1', [bare.id]);

    await round(app());
    expect((await rowOf(bench, fine.id)).status).toBe('active');
    for (const [{ id }, reason] of [
      [spoiled, 'cannot be opened'],
      [ghost, 'does not know the type'],
      [stray, 'does not know the type'],
      [bare, 'No credential is stored'],
    ] as const) {
      expect(await rowOf(bench, id)).toMatchObject({
        status: 'error',
        error_code: 'config',
        error_message: expect.stringContaining(reason),
        error_hint: expect.stringMatching(/\w+ \w+/),
      });
    }
    const { body } = await bench.testApp.as(bench.admin).get('/integrations').expect(200);
    expect(body.data.integrations).toHaveLength(5);
    for (const { id } of [spoiled, ghost, stray, bare]) {
      const { body: refused } = await bench.testApp
        .as(bench.admin)
        .post(`/integrations/${id}/test`)
        .expect(422);
      expect(refused.error.details.kind).toBe('config');
      await bench.testApp.as(bench.admin).delete(`/integrations/${id}`).expect(200);
    }
  });

  it('and one whose outcome cannot be written are tried again when the lease ends', async () => {
    const bad = await bench.create();
    const good = await bench.create();
    await bench.testApp.sql(`
      CREATE FUNCTION refuse_check() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.integration_id = '${bad.id}' THEN RAISE 'spoiled'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse_check BEFORE INSERT ON health_checks FOR EACH ROW EXECUTE FUNCTION refuse_check()`);
    try {
      await round(app());
    } finally {
      await bench.testApp.sql('DROP TRIGGER refuse_check ON health_checks; DROP FUNCTION refuse_check');
    }
    expect((await rowOf(bench, good.id)).status).toBe('active');
    expect((await rowOf(bench, bad.id)).status).toBe('pending');
    bench.testApp.clock.advance(90_001);
    await round(app());
    expect((await rowOf(bench, bad.id)).status).toBe('active');
  });
});

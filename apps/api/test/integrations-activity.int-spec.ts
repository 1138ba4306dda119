import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArgoBench } from './support/argocd.js';

const MINUTE = 60_000;

let bench: ArgoBench;

beforeAll(async () => {
  bench = await ArgoBench.start();
});

afterAll(() => bench.close());

const api = () => bench.testApp.as(bench.admin);
const test = (id: string) => api().post(`/integrations/${id}/test`);
const healthOf = async (id: string, window = '24h') =>
  (await api().get(`/integrations/${id}/health?window=${window}`).expect(200)).body.data.health;

describe('the log', () => {
  it('comes newest first, page after page, each entry once', async () => {
    const { id } = await bench.create();
    for (let number = 0; number < 6; number += 1) {
      if (number % 2) bench.testApp.clock.advance(1000);
      if (number === 4) bench.failing();
      else bench.healthy();
      await test(id).expect(number === 4 ? 422 : 200);
    }
    const seen: { id: string; created_at: string; action: string; status: string }[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `&cursor=${cursor}` : '';
      const { body } = await api().get(`/integrations/${id}/logs?limit=3${query}`).expect(200);
      seen.push(...body.data.logs);
      cursor = body.data.next_cursor;
      // What is written meanwhile does not move the pages.
      await bench.testApp.sql(
        `INSERT INTO integration_logs (organization_id, id, integration_id, action, status, message, created_at)
         VALUES ($1, gen_random_uuid(), $2, 'later', 'success', '', $3)`,
        [bench.admin.organizationId, id, new Date(bench.testApp.clock.now() + 5000)],
      );
    } while (cursor);
    expect(seen.map(({ action }) => action)).toEqual([...Array(6).fill('connection_test'), 'created']);
    expect(new Set(seen.map((entry) => entry.id)).size).toBe(7);
    expect(seen.map(({ created_at: at }) => at)).toEqual(
      seen
        .map(({ created_at: at }) => at)
        .sort()
        .reverse(),
    );
    expect(seen.filter(({ status }) => status === 'failure')).toHaveLength(1);
  });

  it.each(['limit=0', 'limit=101', 'cursor=nonsense', 'cursor=', 'page=1'])(
    'refuses a query that is wrong: %s',
    async (query) => {
      const { id } = await bench.create();
      await api().get(`/integrations/${id}/logs?${query}`).expect(400);
    },
  );
});

describe('a cursor of a time that no log has', () => {
  it.each(['+275000-01-01T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '0000-01-01T00:00:00.000Z'])(
    'is one like any other: %s',
    async (time) => {
      const { id } = await bench.create();
      const cursor = Buffer.from(`${time} ${id}`).toString('base64url');
      await api().get(`/integrations/${id}/logs?cursor=${cursor}`).expect(200);
    },
  );
});

describe('health', () => {
  it('is unknown before the first check', async () => {
    const { id } = await bench.create();
    expect(await healthOf(id)).toEqual({
      status: 'pending',
      status_since: bench.testApp.clock.date().toISOString(),
      last_checked_at: null,
      next_check_at: bench.testApp.clock.date().toISOString(),
      consecutive_failures: 0,
      window: '24h',
      uptime_percent: null,
      average_response_time_ms: null,
      total_checks: 0,
      failed_checks: 0,
      checks: [],
      incidents: [],
      recoveries: [],
    });
  });

  it('is the share of checks that succeeded, their times, and the incidents', async () => {
    const { id } = await bench.create();
    bench.healthy();
    await test(id).expect(200);
    bench.testApp.clock.advance(10 * MINUTE);
    const failedAt = bench.testApp.clock.date().toISOString();
    bench.failing();
    await test(id).expect(422);
    bench.testApp.clock.advance(10 * MINUTE);
    await test(id).expect(422);
    const broken = await healthOf(id, '1h');
    expect(broken).toMatchObject({
      status: 'error',
      status_since: failedAt,
      consecutive_failures: 2,
      uptime_percent: 33.33,
      incidents: [{ opened_at: failedAt, resolved_at: null, error_code: 'bad_response' }],
    });
    expect(
      broken.checks.map(({ ok, error_code: code }: { ok: boolean; error_code: string }) => [ok, code]),
    ).toEqual([
      [true, null],
      [false, 'bad_response'],
      [false, 'bad_response'],
    ]);

    bench.testApp.clock.advance(10 * MINUTE);
    bench.healthy();
    await test(id).expect(200);
    expect(await healthOf(id, '1h')).toMatchObject({
      status: 'active',
      uptime_percent: 50,
      average_response_time_ms: expect.any(Number),
      incidents: [{ opened_at: failedAt, resolved_at: bench.testApp.clock.date().toISOString() }],
    });
  });

  it('forgets in a short window what a long one still has', async () => {
    const { id } = await bench.create();
    bench.failing();
    await test(id).expect(422);
    bench.testApp.clock.advance(90 * MINUTE);
    bench.healthy();
    await bench.signIn(bench.admin);
    await test(id).expect(200);
    bench.testApp.clock.advance(70 * MINUTE);
    await bench.signIn(bench.admin);
    expect(await healthOf(id, '1h')).toMatchObject({ uptime_percent: null, checks: [], incidents: [] });
    expect(await healthOf(id, '24h')).toMatchObject({ uptime_percent: 50, incidents: [{}] });
    expect((await healthOf(id, '7d')).checks).toHaveLength(2);
    expect((await healthOf(id, '30d')).window).toBe('30d');
  });

  it('comes as at most 300 points, each failed when one of its checks did', async () => {
    const { id } = await bench.create();
    const until = bench.testApp.clock.date();
    await bench.testApp.sql(
      `INSERT INTO health_checks (organization_id, integration_id, at, ok, response_ms, error_code)
       SELECT $1, $2, $3::timestamptz - n * interval '1 minute', n <> 30, 10, CASE WHEN n = 30 THEN 'timeout' END
       FROM generate_series(1, 1430) n`,
      [bench.admin.organizationId, id, until],
    );
    const health = await healthOf(id);
    expect(health.checks.length).toBeGreaterThan(280);
    expect(health.checks.length).toBeLessThanOrEqual(300);
    expect(health.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([
      expect.objectContaining({ error_code: 'timeout' }),
    ]);
    expect(health.uptime_percent).toBe(99.93);
    const times = health.checks.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort());
  });

  it('refuses a window that is none', async () => {
    const { id } = await bench.create();
    await api().get(`/integrations/${id}/health?window=2h`).expect(400);
    await api().get(`/integrations/${id}/health?window=__proto__`).expect(400);
  });
});

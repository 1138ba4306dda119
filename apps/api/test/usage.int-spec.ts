import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { UpkeepService } from '../src/health-monitor/upkeep.service.js';
import { UsageCounter } from '../src/usage/usage-counter.js';
import { addCall, emptyTally } from '../src/usage/usage-tally.js';
import { UsageRepository } from '../src/usage/usage.repository.js';
import { readValue } from './support/programs.js';
import { ProxyStage } from './support/proxy-stage.js';
import { stopTheClockwork } from './support/test-app.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let stage: ProxyStage;
let id: string;

beforeAll(async () => {
  stage = await ProxyStage.start({
    environment: { METRICS_RETENTION_DAYS: '30', LATCHKEY_ROLE: 'all' },
  });
  // Counts are written when a test says so.
  stopTheClockwork(stage.testApp.app);
});

afterAll(() => stage.close());

beforeEach(async () => {
  stage.provider.answers({ '*': { json: { ok: true } } });
  id = await stage.integrate(stage.provider.url);
});

const counter = () => stage.testApp.app.get(UsageCounter, { strict: false });
const usage = (query = '', status = 200) =>
  stage.testApp.as(stage.admin).get(`/integrations/${id}/usage${query}`).expect(status);
const rows = () =>
  stage.testApp.sql('SELECT * FROM usage_rollups WHERE integration_id = $1 ORDER BY bucket', [id]);
const count = (ms: number, outcome: 'answered' | 'failed' | 'throttled' = 'answered') =>
  counter().countCall(stage.admin.organizationId, id, { ms, outcome });

describe('usage', () => {
  it('counts calls, their failures, reads of the credential, and what is left of the limit', async () => {
    const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99', 'x-ratelimit-reset': '60' };
    stage.provider.answers({ '*': { headers, json: {} } });
    await stage.call('/x', { id });
    stage.provider.answers({ '*': { status: 503 } });
    await stage.call('/x', { id });
    stage.provider.answers({ '*': { status: 404 } });
    await stage.call('/x', { id });
    await readValue(stage.testApp, stage.token, id).expect(200);
    expect(await rows()).toEqual([]);
    await counter().flush();

    const { body } = await usage();
    expect(body.data.usage).toMatchObject({
      bucket: '5m',
      totals: {
        calls: 3,
        errors: 1,
        throttled: 0,
        reads: 1,
        average_ms: expect.any(Number),
        p99_ms: expect.any(Number),
      },
      rate_limit: { limit: 100, remaining: 99 },
    });
    expect(await rows()).toHaveLength(1);
  });

  it('counts an integration whose id is written in capitals as the same one', async () => {
    const written = [id, id.toUpperCase()];
    for (const each of written) await readValue(stage.testApp, stage.token, each).expect(200);
    for (const each of written) await stage.call('/x', { id: each });
    await counter().flush();

    expect(await rows()).toEqual([expect.objectContaining({ calls: '2', reads: '2' })]);
  });

  it('is one row for five minutes, added up over flushes and replicas', async () => {
    const replica = await stage.testApp.launch();
    const other = replica.get(UsageCounter, { strict: false });
    for (const ms of [5, 30, 30, 7000]) count(ms);
    await counter().flush();
    count(80, 'failed');
    other.countCall(stage.admin.organizationId, id, { ms: 9000, outcome: 'throttled' });
    other.countRead(stage.admin.organizationId, id);
    await Promise.all([counter().flush(), other.flush()]);
    await replica.close();

    expect(await rows()).toEqual([
      expect.objectContaining({
        calls: '6',
        errors: '1',
        throttled: '1',
        reads: '1',
        latency_ms_sum: '16145',
        latency_ms_max: 9000,
        latency_histogram: ['1', '0', '2', '1', '0', '0', '0', '0', '0', '2'],
      }),
    ]);
  });

  it('shows the times of a window in points without a gap, whose sum is the totals', async () => {
    const from = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS);
    const to = new Date(from.getTime() + 3 * HOUR_MS);
    const repository = stage.testApp.app.get(UsageRepository, { strict: false });
    const at = (hour: number, ...times: number[]) => {
      const tally = emptyTally();
      for (const ms of times) addCall(tally, { ms, outcome: 'answered' });
      return { integrationId: id, bucket: from.getTime() + hour * HOUR_MS, tally };
    };
    await repository.add(stage.admin.organizationId, [at(0, 100), at(2, 50), at(2.5, 100, 150), at(3, 9)]);
    const { body } = await usage(`?from=${from.toISOString()}&to=${to.toISOString()}&bucket=1h`);
    const { series, totals } = body.data.usage;
    expect(series.map(({ calls }: { calls: number }) => calls)).toEqual([1, 0, 3]);
    expect(series[1]).toMatchObject({ calls: 0, average_ms: null, p95_ms: null });
    expect(totals).toMatchObject({ calls: 4, average_ms: 100 });
    expect(series[0].at).toBe(from.toISOString());
    const day = await usage(`?from=${from.toISOString()}&to=${to.toISOString()}&bucket=1d`);
    expect(day.body.data.usage.totals.calls).toBe(4);
  });

  it('refuses a window that ends before it begins, or would be too fine', async () => {
    const cases = [
      ['?from=2026-03-04T12:00:00Z&to=2026-03-04T11:00:00Z', 'from'],
      ['?from=2025-03-04T12:00:00Z&to=2026-03-04T11:00:00Z&bucket=5m', 'bucket'],
      ['?from=yesterday', 'from'],
      ['?bucket=2m', 'bucket'],
    ];
    for (const [query, field] of cases) {
      const { body } = await usage(query, 400);
      expect([query, body.error.code, Object.keys(body.error.details)]).toEqual([
        query,
        'VALIDATION_FAILED',
        [field],
      ]);
    }
  });

  it('is for those who see the integration', async () => {
    const stranger = await stage.testApp.account();
    await stage.testApp.as(stranger).get(`/integrations/${id}/usage`).expect(404);
    const viewer = await stage.testApp.member(stage.admin.organizationId, 'viewer');
    const { status } = await stage.testApp.as(viewer).get(`/integrations/${id}/usage`);
    expect([200, 404]).toContain(status);
  });

  it('of an integration that is gone is dropped, and keeps that of others', async () => {
    const gone = await stage.integrate(stage.provider.url);
    counter().countCall(stage.admin.organizationId, gone, { ms: 1, outcome: 'answered' });
    count(1);
    await stage.testApp.as(stage.admin).delete(`/integrations/${gone}`).expect(200);
    await counter().flush();
    expect(await rows()).toHaveLength(1);
  });

  it('is kept while the database is away', async () => {
    count(1);
    await stage.testApp.sql('ALTER TABLE usage_rollups RENAME TO usage_rollups_away');
    await counter().flush();
    await stage.testApp.sql('ALTER TABLE usage_rollups_away RENAME TO usage_rollups');
    count(1);
    await counter().flush();
    expect(await rows()).toEqual([expect.objectContaining({ calls: '2' })]);
  });

  it('is written when the process ends', async () => {
    const replica = await stage.testApp.launch();
    await supertest(replica.getHttpServer())
      .get(`/api/v1/integrations/${id}/proxy/x`)
      .set('authorization', `Bearer ${stage.token.token}`)
      .expect(200);
    await replica.close();
    expect(await rows()).toEqual([expect.objectContaining({ calls: '1' })]);
  });

  it('is forgotten after its retention', async () => {
    count(1);
    await counter().flush();
    stage.testApp.clock.advance(29 * DAY_MS);
    const upkeep = stage.testApp.app.get(UpkeepService, { strict: false });
    await upkeep.run();
    expect(await rows()).toHaveLength(1);
    stage.testApp.clock.advance(2 * DAY_MS);
    await upkeep.run();
    expect(await rows()).toHaveLength(0);
  });
});

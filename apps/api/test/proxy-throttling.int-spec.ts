import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProxyStage } from './support/proxy-stage.js';

let stage: ProxyStage;
let id: string;

beforeAll(async () => {
  stage = await ProxyStage.start();
});

afterAll(() => stage.close());

beforeEach(async () => {
  stage.provider.answers({ '*': { json: { ok: true } } });
  id = await stage.integrate(stage.provider.url);
});

const limitCalls = (headers: Record<string, string>, status = 429) =>
  stage.provider.answers({ '*': { status, headers, json: { message: 'slow down' } } });

describe('a provider that limits our calls', () => {
  it('is passed on, and left alone for as long as it says', async () => {
    limitCalls({ 'retry-after': '20' });
    const first = await stage.call('/x', { id });
    expect([first.status, first.headers['retry-after'], first.json]).toEqual([
      429,
      '20',
      { message: 'slow down' },
    ]);

    stage.provider.answers({ '*': { json: { ok: true } } });
    stage.testApp.clock.advance(5000);
    const second = await stage.call('/x', { id });
    expect([second.status, second.headers['retry-after']]).toEqual([429, '15']);
    expect(second.json.error).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('was not made'),
      details: { reason: 'provider_limit', retry_after_seconds: 15 },
    });
    expect(stage.provider.requests).toHaveLength(0);

    stage.testApp.clock.advance(15_000);
    expect((await stage.call('/x', { id })).status).toBe(200);
    expect(await stage.usage(id)).toMatchObject({ calls: 2, throttled: 1, errors: 0 });
  });

  it('is called again at once with another credential, whose limit is its own', async () => {
    limitCalls({ 'retry-after': '60' });
    await stage.call('/x', { id });
    stage.provider.answers({ '*': { json: { ok: true } } });
    await stage.testApp
      .as(stage.admin)
      .patch(`/integrations/${id}/credentials`, {
        credential_type: 'api_token',
        auth_mode: 'bearer',
        token: 'another-secret',
      })
      .expect(200);
    expect((await stage.call('/x', { id })).status).toBe(200);
  });

  it('keeps no other integration from being called', async () => {
    limitCalls({ 'retry-after': '60' });
    await stage.call('/x', { id });
    stage.provider.answers({ '*': { json: { ok: true } } });
    expect((await stage.call('/x')).status).toBe(200);
  });

  it('is asked again after five minutes, however long it says', async () => {
    limitCalls({ 'retry-after': '86400' });
    expect((await stage.call('/x', { id })).headers['retry-after']).toBe('86400');
    stage.provider.answers({ '*': { json: { ok: true } } });
    expect((await stage.call('/x', { id })).headers['retry-after']).toBe('300');
    stage.testApp.clock.advance(300_000);
    expect((await stage.call('/x', { id })).status).toBe(200);
  });

  it('may say it with a header of its own, a 403, or not at all', async () => {
    const reset = String(Math.floor(stage.testApp.clock.now() / 1000) + 42);
    limitCalls({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, 403);
    const first = await stage.call('/x', { id });
    expect(first.status).toBe(403);
    expect(Number(first.headers['retry-after'])).toBeGreaterThan(40);
    expect((await stage.call('/x', { id })).status).toBe(429);

    const other = await stage.integrate(stage.provider.url);
    limitCalls({});
    expect((await stage.call('/x', { id: other })).headers['retry-after']).toBe('30');
  });

  it('is no longer asked than it can take at once', async () => {
    const { limits } = stage;
    limits.callsPerIntegration = 3;
    limits.waitMs = 0;
    try {
      const free = stage.provider.hold();
      const running = Array.from({ length: 3 }, () => stage.call('/x', { id }));
      while (stage.provider.waiting < 3) await new Promise((resolve) => setImmediate(resolve));
      const refused = await stage.call('/x', { id });
      expect([refused.status, refused.headers['retry-after'], refused.json.error.code]).toEqual([
        429,
        '1',
        'RATE_LIMITED',
      ]);

      limits.callsAtOnce = 3;
      const full = await stage.call('/x');
      expect([full.status, full.headers['retry-after'], full.json.error.code]).toEqual([
        503,
        '1',
        'UNAVAILABLE',
      ]);
      free();
      expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await stage.call('/x', { id })).status).toBe(200);
    } finally {
      limits.callsPerIntegration = 50;
      limits.callsAtOnce = 200;
      limits.waitMs = 5000;
    }
  });

  it('serves a burst one after the other, and forgets who left while waiting', async () => {
    const { limits } = stage;
    limits.callsPerIntegration = 2;
    // A slow machine takes its time for forty calls.
    limits.waitMs = 60_000;
    try {
      const free = stage.provider.hold();
      const running = Array.from({ length: 40 }, () => stage.call('/x', { id }));
      while (stage.provider.waiting < 2) await new Promise((resolve) => setImmediate(resolve));
      const impatient = stage.open('/x', { id }).on('error', () => undefined);
      impatient.end();
      impatient.once('socket', (socket) => socket.once('connect', () => impatient.destroy()));
      free();
      expect((await Promise.all(running)).every(({ status }) => status === 200)).toBe(true);
      expect(stage.provider.mostWaiting).toBe(2);
      expect((await stage.call('/x', { id })).status).toBe(200);
    } finally {
      limits.callsPerIntegration = 50;
      limits.waitMs = 5000;
    }
  });
});

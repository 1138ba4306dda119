import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hangUp, refusal, reply, streaming, success, TestTiming, Wire } from '../test/wire.js';
import { Latchkey, type LatchkeyOptions, type ProxyInit } from './index.js';

const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';

let wire: Wire;
let timing: TestTiming;
let latchkey: Latchkey;

beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.close());
beforeEach(() => {
  timing = new TestTiming();
  latchkey = client({});
});

const client = (options: LatchkeyOptions): Latchkey =>
  new Latchkey({ url: wire.url, token: 'lk_x', ...options }, timing);

const busy = (headers: Record<string, string> = {}) => reply(503, headers, 'busy');

describe('a call is made again', () => {
  it.each([429, 502, 503, 504])('after a %i', async (status) => {
    wire.answers(reply(status), reply(200, {}, 'well'));
    expect(await (await latchkey.fetch(ID, '/x')).text()).toBe('well');
    expect(timing.waits).toEqual([250]);
  });

  it.each<[string, ProxyInit]>([
    ['GET', {}],
    ['head', {}],
    ['OPTIONS', {}],
    ['delete', {}],
    ['PUT', { body: 'text' }],
    ['PUT', { body: new Uint8Array([116, 101, 120, 116]) }],
    ['PUT', { body: new Blob(['text']) }],
    ['PUT', { body: new URLSearchParams('text') }],
  ])('as it was: %s %j', async (method, init) => {
    wire.answers(hangUp, busy(), reply(200));
    const response = await latchkey.fetch(ID, '/x?y', { method, headers: { 'x-own': '1' }, ...init });
    expect(response.status).toBe(200);
    const [first, ...others] = wire.received.map(({ method, path, body, headers }) => ({
      method,
      path,
      body,
      headers,
    }));
    expect(others).toEqual([first, first]);
    expect(first!.headers['x-own']).toBe('1');
  });

  it('with a form of files', async () => {
    wire.answers(busy(), reply(200));
    const body = new FormData();
    body.set('file', new Blob(['content']), 'a.txt');
    await latchkey.fetch(ID, '/x', { method: 'PUT', body });
    for (const { body } of wire.received) expect(body).toMatch(/filename="a.txt"[^]*content/);
    expect(wire.received).toHaveLength(2);
  });

  it('when it took too long', async () => {
    wire.answers(() => timing.timeIsUp(), reply(200));
    expect((await latchkey.fetch(ID, '/x')).status).toBe(200);
  });

  it('when the answer breaks off in the middle', async () => {
    wire.answers(
      (_request, response) => {
        response.writeHead(200, { 'content-length': '99' }).write('{"success":');
        setImmediate(() => response.destroy());
      },
      success({ integrations: [], pagination: { total: 0, page: 1, per_page: 100 } }),
    );
    expect(await latchkey.listIntegrations().next()).toEqual({ done: true, value: undefined });
    expect(wire.received).toHaveLength(2);
  });

  it('at most as often as was said, and the last answer counts', async () => {
    wire.answers(...Array.from({ length: 5 }, () => busy()));
    const response = await latchkey.fetch(ID, '/x');
    expect([response.status, await response.text()]).toEqual([503, 'busy']);
    expect(wire.received).toHaveLength(3);

    wire.answers(...Array.from({ length: 5 }, () => refusal(429, 'RATE_LIMITED')));
    await expect(client({ retries: 1 }).fetch(ID, '/x')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
    });
    expect(wire.received).toHaveLength(2);

    wire.answers(hangUp, hangUp);
    await expect(client({ retries: 0 }).getIntegration(ID)).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    expect(wire.received).toHaveLength(1);

    wire.answers(busy(), busy(), busy(), busy(), reply(200));
    expect((await latchkey.fetch(ID, '/x', { retries: 4 })).status).toBe(200);
  });
});

describe('a call is made once', () => {
  it.each<[string, string, ProxyInit['body']]>([
    ['it may do twice what it does', 'POST', 'x'],
    ['it may do twice what it does', 'PATCH', 'x'],
    ['its body is gone', 'PUT', new Blob(['x']).stream()],
    [
      'its body is gone',
      'PUT',
      (async function* () {
        yield 'x';
      })(),
    ],
  ])('when %s: %s', async (_why, method, body) => {
    wire.answers(busy());
    const response = await latchkey.fetch(ID, '/x', { method, body });
    expect([response.status, await response.text()]).toEqual([503, 'busy']);
    expect(wire.received).toHaveLength(1);
  });

  it.each([200, 204, 304, 400, 401, 404, 408, 409, 500, 501])('when the answer is %i', async (status) => {
    wire.answers(reply(status));
    expect((await latchkey.fetch(ID, '/x')).status).toBe(status);
    expect(wire.received).toHaveLength(1);
  });
});

describe('the wait', () => {
  const waitsOf = async (...retryAfter: (string | undefined)[]) => {
    wire.answers(
      ...retryAfter.map((value) => busy(value === undefined ? {} : { 'retry-after': value })),
      reply(200),
    );
    expect((await latchkey.fetch(ID, '/x', { retries: 10 })).status).toBe(200);
    return timing.waits;
  };

  it('doubles up to a bound', async () => {
    const none = Array<undefined>(8).fill(undefined);
    expect(await waitsOf(...none)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('is anything from nothing to that, by chance', async () => {
    timing.chance = 0;
    expect(await waitsOf(undefined, undefined)).toEqual([0, 0]);
    timing.chance = 0.5;
    timing.waits.length = 0;
    expect(await waitsOf(undefined, undefined)).toEqual([125, 250]);
  });

  it.each([
    ['seconds', '7', 7000],
    ['no time', '0', 0],
    ['a date', 'Sun, 01 Mar 2026 12:00:09 GMT', 9000],
    ['a date of RFC 850', 'Sunday, 01-Mar-26 12:00:09 GMT', 9000],
    ['a date of asctime', 'Sun Mar  1 12:00:09 2026', 9000],
    ['a date that has passed', 'Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['the longest', '60', 60_000],
  ])('is never less than Retry-After says: %s', async (_name, value, milliseconds) => {
    // Without limits for the attempts, which would look like waits of a minute.
    timing = new TestTiming(-1);
    timing.chance = 0;
    latchkey = client({ timeoutMs: 0 });
    expect(await waitsOf(value)).toEqual([milliseconds]);
    timing.chance = 1;
    timing.waits.length = 0;
    expect(await waitsOf(value)).toEqual([milliseconds + 250]);
  });

  it.each(['-1', '1.5', 'soon', '2026-03-01T12:00:09Z', 'Sun, 99 Mar'])(
    'takes no notice of a Retry-After that is none: %s',
    async (value) => {
      expect(await waitsOf(value)).toEqual([250]);
    },
  );

  it.each(['61', '99999999999999999999', 'Sun, 01 Mar 2026 12:01:01 GMT'])(
    'that would be too long is left to the caller: %s',
    async (value) => {
      wire.answers(busy({ 'retry-after': value }));
      const response = await latchkey.fetch(ID, '/x');
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, value]);
      wire.answers(refusal(429, 'RATE_LIMITED', {}, { 'retry-after': '61' }));
      await expect(latchkey.fetch(ID, '/x')).rejects.toMatchObject({ retryAfter: 61 });
      expect(timing.waits).toEqual([]);
    },
  );
});

describe('the caller stops the call', () => {
  const reason = new Error('enough');

  it('before it begins', async () => {
    wire.answers();
    await expect(latchkey.fetch(ID, '/x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(latchkey.getCredential(ID, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(wire.received).toEqual([]);
  });

  it('while it waits for the answer', async () => {
    const stop = new AbortController();
    const gone = Promise.withResolvers<void>();
    wire.answers((_request, response) => {
      response.on('close', gone.resolve);
      stop.abort(reason);
    });
    await expect(latchkey.fetch(ID, '/x', { signal: stop.signal })).rejects.toBe(reason);
    await gone.promise;
    expect(timing.waits).toEqual([]);
    expect(timing.deadlines.size).toBe(0);
  });

  it('while the answer comes', async () => {
    const stop = new AbortController();
    wire.answers((_request, response) => {
      response.writeHead(403, { 'x-latchkey-error': 'FORBIDDEN' }).write('{');
      setImmediate(() => stop.abort(reason));
    });
    await expect(latchkey.fetch(ID, '/x', { signal: stop.signal })).rejects.toBe(reason);
  });

  it('between two attempts', async () => {
    const stop = new AbortController();
    timing.onWait = () => stop.abort(reason);
    wire.answers(busy({ 'retry-after': '30' }), reply(200));
    await expect(latchkey.fetch(ID, '/x', { signal: stop.signal })).rejects.toBe(reason);
    expect(timing.waits).toEqual([30_250]);
    expect(wire.received).toHaveLength(1);
  });

  it('while its own stream goes up', async () => {
    const stop = new AbortController();
    const ended = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    wire.answers(streaming((request) => request.once('data', () => arrived.resolve())));
    const body = (async function* () {
      try {
        yield 'one';
        await arrived.promise;
        stop.abort(reason);
        yield 'two';
        yield 'three';
      } finally {
        ended.resolve();
      }
    })();
    await expect(latchkey.fetch(ID, '/x', { method: 'PUT', body, signal: stop.signal })).rejects.toBe(reason);
    await ended.promise;
  });
});

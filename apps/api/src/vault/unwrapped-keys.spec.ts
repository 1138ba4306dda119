import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../test/support/test-clock.js';
import { KeyError, KeyStoreUnavailableError } from './key-stores/root-key.js';
import { FRESH_MS, UnwrappedKeys } from './unwrapped-keys.js';

const GRACE_MS = 3_600_000;
const ORG = '0190a000-0000-7000-8000-000000000001';
const OTHER = '0190a000-0000-7000-8000-000000000002';

let clock: TestClock;
let keys: UnwrappedKeys;
let calls: number;

beforeEach(() => {
  clock = new TestClock();
  keys = new UnwrappedKeys(clock, () => GRACE_MS);
  calls = 0;
});

const unwrapped = async (): Promise<Buffer> => {
  calls += 1;
  return Buffer.alloc(32, calls);
};
const away = (): Promise<Buffer> => {
  calls += 1;
  return Promise.reject(new KeyStoreUnavailableError('it is away'));
};
const refused = (): Promise<Buffer> => Promise.reject(new KeyError('not yours'));

describe('an unwrapped key', () => {
  it('is unwrapped once and fresh for five minutes', async () => {
    const first = await keys.get(ORG, 1, unwrapped);
    clock.advance(FRESH_MS - 1);

    expect(await keys.get(ORG, 1, unwrapped)).toBe(first);
    expect(calls).toBe(1);
    clock.advance(1);
    expect(await keys.get(ORG, 1, unwrapped)).not.toBe(first);
    expect(calls).toBe(2);
  });

  it('is unwrapped once, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => keys.get(ORG, 1, unwrapped)));

    expect(calls).toBe(1);
    expect(new Set(answers).size).toBe(1);
  });

  it('is one of its organisation and version alone', async () => {
    await keys.get(ORG, 1, unwrapped);
    await keys.get(ORG, 2, unwrapped);
    await keys.get(OTHER, 1, unwrapped);

    expect(calls).toBe(3);
  });

  it('serves on while the store is away, up to the end of the grace and not a moment longer', async () => {
    const key = await keys.get(ORG, 1, unwrapped);
    clock.advance(FRESH_MS + GRACE_MS - 1);

    expect(await keys.get(ORG, 1, away)).toBe(key);
    clock.advance(1);
    await expect(keys.get(ORG, 1, away)).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('begins a new life when the store is back', async () => {
    await keys.get(ORG, 1, unwrapped);
    clock.advance(FRESH_MS + 10);
    await keys.get(ORG, 1, away);
    const key = await keys.get(ORG, 1, unwrapped);
    clock.advance(FRESH_MS + GRACE_MS - 1);

    expect(await keys.get(ORG, 1, away)).toBe(key);
  });

  it('does not outlive its freshness when the store refuses', async () => {
    await keys.get(ORG, 1, unwrapped);
    clock.advance(FRESH_MS);

    await expect(keys.get(ORG, 1, refused)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.not.stringContaining('not yours'),
      cause: expect.any(KeyError),
    });
  });

  it('does not stand in for another that was never unwrapped', async () => {
    await keys.get(ORG, 1, unwrapped);

    await expect(keys.get(ORG, 2, away)).rejects.toThrow(KeyStoreUnavailableError);
    await expect(keys.get(OTHER, 1, away)).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('is unwrapped anew when it was forgotten, and only it', async () => {
    await keys.get(ORG, 1, unwrapped);
    await keys.get(OTHER, 1, unwrapped);
    keys.forget(ORG);
    await keys.get(ORG, 1, unwrapped);
    await keys.get(OTHER, 1, unwrapped);

    expect(calls).toBe(3);
    keys.forget(ORG);
    await expect(keys.get(ORG, 1, away)).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('is not kept when it was forgotten while it was on its way', async () => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const asked = keys.get(ORG, 1, () => promise);
    keys.forget(ORG);
    resolve(Buffer.alloc(32, 9));
    await asked;
    await keys.get(ORG, 1, unwrapped);

    expect(calls).toBe(1);
  });

  it('is asked for again after a doubt, and serves on when the store is away', async () => {
    const key = await keys.get(ORG, 1, unwrapped);
    keys.doubt();

    expect(await keys.get(ORG, 1, away)).toBe(key);
    expect(await keys.get(ORG, 1, unwrapped)).not.toBe(key);
  });

  it('is zeroed at the end', async () => {
    const key = await keys.get(ORG, 1, unwrapped);
    keys.clear();

    expect(key.equals(Buffer.alloc(32))).toBe(true);
    await keys.get(ORG, 1, unwrapped);
    expect(calls).toBe(2);
  });
});

describe('what is usable', () => {
  it('is told with the grace while the store is away and without it otherwise', async () => {
    expect(keys.usable(true)).toEqual({ keys: 0, until: null });
    await keys.get(ORG, 1, unwrapped);
    const freshUntil = clock.now() + FRESH_MS;

    expect(keys.usable(false)).toEqual({ keys: 1, until: new Date(freshUntil) });
    expect(keys.usable(true)).toEqual({ keys: 1, until: new Date(freshUntil + GRACE_MS) });
    clock.advance(FRESH_MS);
    expect(keys.usable(false)).toEqual({ keys: 0, until: null });
    clock.advance(GRACE_MS);
    expect(keys.usable(true)).toEqual({ keys: 0, until: null });
  });
});

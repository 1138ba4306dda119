import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/support/test-clock.js';
import { Availability } from './availability.js';
import { KeyError, KeyStoreUnavailableError } from './root-key.js';

let clock: TestClock;
let store: Availability;
let calls: number;

beforeEach(() => {
  clock = new TestClock();
  store = new Availability(clock);
  calls = 0;
});

const answering = async (): Promise<string> => {
  calls += 1;
  return 'answer';
};
const failing = (error: Error) => async (): Promise<never> => {
  calls += 1;
  throw error;
};
const away = failing(new KeyStoreUnavailableError('away'));

describe('a store that does not answer', () => {
  it('is away since the first failure, and is left alone for two seconds after each', async () => {
    const since = clock.date();
    await expect(store.watch(away)).rejects.toThrow();
    clock.advance(1999);
    await expect(store.watch(answering)).rejects.toThrow(KeyStoreUnavailableError);
    expect(calls).toBe(1);
    clock.advance(1);
    await expect(store.watch(away)).rejects.toThrow();

    expect(calls).toBe(2);
    expect(store.unavailableSince).toEqual(since);
  });

  it('is asked by one of many, whose answer lets all the others ask', async () => {
    await expect(store.watch(away)).rejects.toThrow();
    clock.advance(2000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.watch(answering)));

    expect(answers).toEqual(Array.from({ length: 20 }, () => 'answer'));
    expect(store.unavailableSince).toBeNull();
  });

  it('is asked by one of many, whose failure is that of all the others', async () => {
    await expect(store.watch(away)).rejects.toThrow();
    clock.advance(2000);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.watch(away)));

    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(calls).toBe(2);
  });
});

describe('a store that answers', () => {
  it.each([
    ['refuses', new KeyError('not yours')],
    ['asks for fewer calls', new KeyStoreUnavailableError('slowly', { throttled: true })],
  ])('is there when it %s', async (_, error) => {
    await expect(store.watch(away)).rejects.toThrow();
    clock.advance(2000);
    await expect(store.watch(failing(error))).rejects.toBe(error);

    expect(store.unavailableSince).toBeNull();
    expect(await store.watch(answering)).toBe('answer');
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { whileExtending } from './lease-keeping.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('a lease, while its holder works', () => {
  function working() {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    return { work: () => promise, resolve, reject };
  }

  it('is extended every few seconds, and no more once the work is done', async () => {
    const extend = jest.fn(async () => true);
    const { work, resolve } = working();
    const result = whileExtending(extend, work);
    await jest.advanceTimersByTimeAsync(9000);
    expect(extend).toHaveBeenCalledTimes(3);
    resolve('done');
    expect(await result).toBe('done');
    await jest.advanceTimersByTimeAsync(9000);
    expect(extend).toHaveBeenCalledTimes(3);
  });

  it('is not extended at all for work that takes a moment', async () => {
    const extend = jest.fn(async () => true);
    expect(await whileExtending(extend, async () => 'done')).toBe('done');
    await jest.advanceTimersByTimeAsync(9000);
    expect(extend).not.toHaveBeenCalled();
  });

  it('is let go of when it has been lost, and the work goes on', async () => {
    const extend = jest.fn(async () => false);
    const { work, resolve } = working();
    const result = whileExtending(extend, work);
    await jest.advanceTimersByTimeAsync(9000);
    expect(extend).toHaveBeenCalledTimes(1);
    resolve('late');
    expect(await result).toBe('late');
  });

  it('is tried again when the database was away', async () => {
    const extend = jest.fn(async () => true).mockRejectedValueOnce(new Error('the database is away'));
    const { work, resolve } = working();
    const result = whileExtending(extend, work);
    await jest.advanceTimersByTimeAsync(6000);
    expect(extend).toHaveBeenCalledTimes(2);
    resolve('done');
    await result;
  });

  it('is not asked for twice while a database is slow', async () => {
    const extend = jest.fn(() => new Promise<boolean>(() => undefined));
    const { work, resolve } = working();
    const result = whileExtending(extend, work);
    await jest.advanceTimersByTimeAsync(9000);
    expect(extend).toHaveBeenCalledTimes(1);
    resolve('done');
    await result;
  });

  it('ends with work that fails', async () => {
    const extend = jest.fn(async () => true);
    const { work, reject } = working();
    const result = whileExtending(extend, work);
    reject(new Error('it failed'));
    await expect(result).rejects.toThrow('it failed');
    await jest.advanceTimersByTimeAsync(9000);
    expect(extend).not.toHaveBeenCalled();
  });
});

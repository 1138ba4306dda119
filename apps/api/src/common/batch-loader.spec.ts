import { describe, expect, it } from '@jest/globals';
import { BatchLoader } from './batch-loader.js';

interface Call {
  group: string;
  ids: string[];
}

function recording(most?: number): { calls: Call[]; loader: BatchLoader<string> } {
  const calls: Call[] = [];
  const loader = new BatchLoader<string>(async (group, ids) => {
    calls.push({ group, ids });
    return new Map(ids.filter((id) => id !== 'absent').map((id) => [id, `${group}:${id}`]));
  }, most);
  return { calls, loader };
}

describe('look-ups at the same moment', () => {
  it('go together, each id once, and every caller gets their own', async () => {
    const { calls, loader } = recording();
    const asked = ['a', 'b', 'a', 'absent', 'c'].map((id) => loader.load('g', id));

    expect(await Promise.all(asked)).toEqual(['g:a', 'g:b', 'g:a', undefined, 'g:c']);
    expect(calls).toEqual([{ group: 'g', ids: ['a', 'b', 'absent', 'c'] }]);
  });

  it('of different groups never mix', async () => {
    const { calls, loader } = recording();

    expect(await Promise.all([loader.load('g', 'a'), loader.load('h', 'a')])).toEqual(['g:a', 'h:a']);
    expect(calls).toEqual([
      { group: 'g', ids: ['a'] },
      { group: 'h', ids: ['a'] },
    ]);
  });

  it('that arrive while one is under way wait for the next', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const calls: string[][] = [];
    const loader = new BatchLoader<string>(async (_group, ids) => {
      calls.push(ids);
      if (calls.length === 1) await promise;
      return new Map(ids.map((id) => [id, id]));
    });
    const first = loader.load('g', 'a');
    await new Promise((done) => setImmediate(done));
    const later = [loader.load('g', 'a'), loader.load('g', 'b')];
    resolve();

    expect(await Promise.all([first, ...later])).toEqual(['a', 'a', 'b']);
    expect(calls).toEqual([['a'], ['a', 'b']]);
  });

  it('are split when they are too many', async () => {
    const { calls, loader } = recording(2);
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => loader.load('g', id)));

    expect(calls.map(({ ids }) => ids)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('fail together, and the next ones are tried anew', async () => {
    let failing = true;
    const loader = new BatchLoader<string>(async (_group, ids) => {
      if (failing) throw new Error('away');
      return new Map(ids.map((id) => [id, id]));
    });

    await expect(Promise.allSettled([loader.load('g', 'a'), loader.load('g', 'b')])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    failing = false;
    expect(await loader.load('g', 'a')).toBe('a');
  });
});

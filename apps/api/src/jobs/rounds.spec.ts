import { describe, expect, it } from '@jest/globals';
import { Rounds } from './rounds.js';

const live = () => new AbortController().signal;

/** Work whose items end when the test says so. */
class Bench {
  waiting: number[] = [];
  readonly begun: number[] = [];
  most = 0;
  /** Items that may not be taken now, though they wait. */
  withheld = new Set<number>();
  private readonly ends = new Map<number, () => void>();
  readonly rounds: Rounds<number>;

  constructor(places: number) {
    this.rounds = new Rounds({
      places,
      claim: async (limit) => {
        const items = this.waiting.filter((item) => !this.withheld.has(item)).slice(0, limit);
        this.waiting = this.waiting.filter((item) => !items.includes(item));
        return { items, exhausted: items.length < limit && this.waiting.length === 0 };
      },
      carryOut: (item) => {
        this.begun.push(item);
        const { promise, resolve } = Promise.withResolvers<void>();
        this.ends.set(item, resolve);
        this.most = Math.max(this.most, this.ends.size);
        return promise;
      },
    });
  }

  async end(item: number): Promise<void> {
    this.ends.get(item)!();
    this.ends.delete(item);
    await turns();
  }
}

/** Everything that can go on without the test has. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('rounds', () => {
  it('begin what waits, never more at once than there are places, until nothing does', async () => {
    const bench = new Bench(2);
    bench.waiting = [1, 2, 3, 4, 5];
    const round = bench.rounds.round(live());
    await turns();
    expect(bench.begun).toEqual([1, 2]);
    for (const item of [2, 1, 3, 4]) await bench.end(item);
    await round;
    expect(bench.begun).toEqual([1, 2, 3, 4, 5]);
    await bench.end(5);
    await bench.rounds.settled();
    expect(bench.most).toBe(2);
  });

  it('look again for what came while they were claiming', async () => {
    const bench = new Bench(2);
    bench.waiting = [1, 2];
    const first = bench.rounds.round(live());
    await turns();
    bench.waiting = [3];
    await bench.rounds.round(live());
    expect(bench.begun).toEqual([1, 2]);
    await bench.end(1);
    expect(bench.begun).toEqual([1, 2, 3]);
    await bench.end(2);
    await first;
  });

  it('wait for a place where what waits may not be taken yet, and are woken by whoever asks', async () => {
    const bench = new Bench(3);
    bench.waiting = [1, 2];
    bench.withheld = new Set([2]);
    const round = bench.rounds.round(live());
    await turns();
    expect(bench.begun).toEqual([1]);
    bench.waiting.push(3);
    void bench.rounds.round(live());
    await turns();
    expect(bench.begun).toEqual([1, 3]);
    bench.withheld.clear();
    await bench.end(1);
    await round;
    expect(bench.begun).toEqual([1, 3, 2]);
  });

  it('take nothing more once they are told to, and end with what is under way', async () => {
    const bench = new Bench(1);
    bench.waiting = [1, 2];
    const round = bench.rounds.round(live());
    await turns();
    let ended = false;
    const stopped = bench.rounds.stop().then(() => (ended = true));
    await turns();
    expect(ended).toBe(false);
    await bench.end(1);
    await Promise.all([stopped, round]);
    await bench.rounds.round(live());
    expect(bench.begun).toEqual([1]);
  });

  it('go on after a claim that failed', async () => {
    const bench = new Bench(1);
    const rounds = new Rounds<number>({
      places: 1,
      claim: async () => {
        if (bench.waiting.length === 0) throw new Error('the database is away');
        return { items: bench.waiting.splice(0, 1), exhausted: true };
      },
      carryOut: async (item) => void bench.begun.push(item),
    });
    await expect(rounds.round(live())).rejects.toThrow('away');
    bench.waiting = [1];
    await rounds.round(live());
    expect(bench.begun).toEqual([1]);
  });
});

/** Finds many things at once, each by its id; what is not there is left out. */
type Find<T> = (group: string, ids: string[]) => Promise<Map<string, T>>;

interface Waiting<T> {
  resolve: (found: T | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Look-ups of the same turn of the event loop, and those that arrive while one is under way, go to the database together:
 * one round trip for a group instead of one for each, and one look-up for an id however many ask for it.
 */
export class BatchLoader<T> {
  private readonly gathering = new Map<string, Map<string, Waiting<T>[]>>();
  private readonly underWay = new Set<string>();

  constructor(
    private readonly find: Find<T>,
    private readonly most = 200,
  ) {}

  load(group: string, id: string): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      let ids = this.gathering.get(group);
      if (!ids) this.gathering.set(group, (ids = new Map()));
      const waiting = ids.get(id);
      if (waiting) waiting.push({ resolve, reject });
      else ids.set(id, [{ resolve, reject }]);
      if (!this.underWay.has(group)) void this.drain(group);
    });
  }

  private async drain(group: string): Promise<void> {
    this.underWay.add(group);
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.take(group); batch; batch = this.take(group)) await this.settle(group, batch);
    this.underWay.delete(group);
  }

  private take(group: string): Map<string, Waiting<T>[]> | undefined {
    const ids = this.gathering.get(group);
    if (!ids) return undefined;
    if (ids.size <= this.most) {
      this.gathering.delete(group);
      return ids;
    }
    const batch = new Map([...ids].slice(0, this.most));
    for (const id of batch.keys()) ids.delete(id);
    return batch;
  }

  private async settle(group: string, batch: Map<string, Waiting<T>[]>): Promise<void> {
    try {
      const found = await this.find(group, [...batch.keys()]);
      for (const [id, waiting] of batch) for (const { resolve } of waiting) resolve(found.get(id));
    } catch (error) {
      for (const waiting of batch.values()) for (const { reject } of waiting) reject(error);
    }
  }
}

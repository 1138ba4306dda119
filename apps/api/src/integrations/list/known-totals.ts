import { LRUCache } from 'lru-cache';
import type { Conditions } from '../integration-queries.js';

/** How many a filter finds. */
export interface Total {
  count: number;
  /** There are more than are counted one by one. */
  isEstimate: boolean;
}

/** Fewer are counted in no time, and one more or less is seen. */
const FEWEST_KEPT = 500;
const KEPT_MS = 10_000;
const MOST_KEPT = 1000;

/** Totals of large lists for as long as somebody pages through them, and not longer. */
export class KnownTotals {
  private readonly totals = new LRUCache<string, Total>({ max: MOST_KEPT, ttl: KEPT_MS });

  get(where: Conditions): Total | undefined {
    return this.totals.get(keyOf(where));
  }

  keep(where: Conditions, total: Total): Total {
    if (total.count >= FEWEST_KEPT) this.totals.set(keyOf(where), total);
    return total;
  }
}

/** The organisation and who asks are among the parameters. */
const keyOf = ({ sql, parameters }: Conditions): string => JSON.stringify([sql, parameters]);

import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../common/clock.js';
import { KeyError, KeyStoreUnavailableError, rootKeyUnusable } from './key-stores/root-key.js';

/** How long an unwrapped organisation key is used without asking the key store again. */
export const FRESH_MS = 5 * 60_000;
const KEYS_IN_MEMORY = 10_000;
const TIDY_MS = 60_000;
const TELL_MS = 60_000;

interface Entry {
  key: Buffer;
  freshUntil: number;
}

/**
 * Unwrapped organisation keys in memory. A key is fresh for five minutes; then it is unwrapped again. While the key
 * store cannot be reached, a key that was fresh goes on serving for the grace (KEY_CACHE_GRACE) and no longer. A
 * store that answers and refuses ends the use of a key as soon as it is not fresh any more: that is how an operator
 * takes Latchkey's access away.
 */
export class UnwrappedKeys {
  private readonly entries = new LRUCache<string, Entry>({
    max: KEYS_IN_MEMORY,
    // Not zeroed when one leaves: it may be in use by a call that looked it up before. The collector takes it.
  });
  private readonly underWay = new Map<string, Promise<Buffer>>();
  private readonly logger = new Logger('Keys');
  private tidyAt = 0;
  private tellAt = 0;

  /** @param graceMs how long a key outlives its freshness while the store is away; asked for each time. */
  constructor(
    private readonly clock: Clock,
    private readonly graceMs: () => number,
  ) {}

  /**
   * @param unwrap reads the wrapped key and has it unwrapped; any number of callers at once cause one call.
   * @throws what `unwrap` throws, where no kept key may stand in; AppError UNAVAILABLE for a KeyError.
   */
  async get(organizationId: string, version: number, unwrap: () => Promise<Buffer>): Promise<Buffer> {
    const id = `${organizationId}:${version}`;
    this.tidy();
    const entry = this.entries.get(id);
    if (entry && this.clock.now() < entry.freshUntil) return entry.key;
    try {
      return await (this.underWay.get(id) ?? this.unwrapOnce(id, unwrap));
    } catch (error) {
      const kept = this.entries.get(id);
      if (error instanceof KeyStoreUnavailableError && kept && this.mayServe(kept)) return kept.key;
      if (!(error instanceof KeyError)) throw error;
      this.tellOperator(error);
      throw rootKeyUnusable(error);
    }
  }

  /** How many keys can serve, and until when the last of them can; with the grace while the store is away. */
  usable(storeAway: boolean): { keys: number; until: Date | null } {
    const grace = storeAway ? this.graceMs() : 0;
    const ends = [...this.entries.values()]
      .map(({ freshUntil }) => freshUntil + grace)
      .filter((end) => this.clock.now() < end);
    const last = ends.reduce((latest, end) => Math.max(latest, end), 0);
    return { keys: ends.length, until: last > 0 ? new Date(last) : null };
  }

  /** The organisation's keys have changed: the next use unwraps anew. */
  forget(organizationId: string): void {
    const itsOwn = (id: string): boolean => id.startsWith(`${organizationId}:`);
    for (const id of [...this.entries.keys()].filter(itsOwn)) this.entries.delete(id);
    for (const id of [...this.underWay.keys()].filter(itsOwn)) this.underWay.delete(id);
  }

  /** Notices of changes may have been lost: every key is asked for again, and serves on where the store is away. */
  doubt(): void {
    const now = this.clock.now();
    for (const entry of this.entries.values()) entry.freshUntil = Math.min(entry.freshUntil, now);
    this.underWay.clear();
  }

  /** At the end of the process. */
  clear(): void {
    this.underWay.clear();
    for (const { key } of this.entries.values()) key.fill(0);
    this.entries.clear();
  }

  private unwrapOnce(id: string, unwrap: () => Promise<Buffer>): Promise<Buffer> {
    const pending: Promise<Buffer> = unwrap()
      .then((key) => {
        // One that was forgotten while it was on its way is not kept.
        if (this.underWay.get(id) === pending) {
          this.entries.set(id, { key, freshUntil: this.clock.now() + FRESH_MS });
        }
        return key;
      })
      .finally(() => {
        if (this.underWay.get(id) === pending) this.underWay.delete(id);
      });
    this.underWay.set(id, pending);
    return pending;
  }

  private mayServe({ freshUntil }: Entry): boolean {
    return this.clock.now() < freshUntil + this.graceMs();
  }

  /** Once in a while, however many ask. */
  private tellOperator(error: KeyError): void {
    const now = this.clock.now();
    if (now < this.tellAt) return;
    this.tellAt = now + TELL_MS;
    this.logger.error(`The root key cannot be used: ${error.message}`);
  }

  /** A key that nobody asks for does not stay in memory beyond its time either. */
  private tidy(): void {
    const now = this.clock.now();
    if (now < this.tidyAt) return;
    this.tidyAt = now + TIDY_MS;
    const ended = [...this.entries].filter(([, entry]) => !this.mayServe(entry));
    for (const [id] of ended) this.entries.delete(id);
  }
}

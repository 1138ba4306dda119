import { FairPlaces } from './fair-places.js';

/** What a claim brought. */
export interface Claimed<T> {
  items: T[];
  /** Nothing more can be had now; otherwise it is tried again when a place is free or somebody asks. */
  exhausted: boolean;
}

export interface RoundOptions<T> {
  /** How many are worked on at once. */
  places: number;
  /** Whose an item is, where nobody may take all places; otherwise whoever comes first may. */
  fairly?: {
    among(item: T): string;
    /** How many places one may have for each that is left free (`FairPlaces`). */
    multiple: number;
  };
  /**
   * Takes up to so many, which others do not get meanwhile.
   * @param full those whose items are left for later: they have as many under way as they may
   */
  claim(limit: number, full: string[]): Promise<Claimed<T>>;
  /** Must not throw: one that fails stops nobody else. */
  carryOut(item: T): Promise<void>;
}

/**
 * Works off what is due, a bounded number at once, and waits only while all places are taken, or all that one of those who
 * share them may have: one that hangs holds up its own place and no round.
 */
export class Rounds<T> {
  private readonly running = new Set<Promise<void>>();
  private stopping = false;
  private claiming = false;
  private asked = Promise.withResolvers<void>();
  private isAsked = false;
  private readonly shares: FairPlaces;

  constructor(private readonly options: RoundOptions<T>) {
    this.shares = new FairPlaces(options.places, options.fairly?.multiple ?? Infinity);
  }

  /** Begins everything that is due. */
  async round(signal: AbortSignal): Promise<void> {
    // One at a time, or two would count the same places as free; what came due meanwhile is looked for again.
    this.isAsked = true;
    this.asked.resolve();
    if (this.claiming) return;
    this.claiming = true;
    try {
      while (this.isAsked && !signal.aborted && !this.stopping) await this.claimAll(signal);
    } finally {
      this.claiming = false;
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Takes nothing more, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.asked.resolve();
    await this.settled();
  }

  private async claimAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.stopping) {
      if (this.isAsked) this.asked = Promise.withResolvers<void>();
      this.isAsked = false;
      const { room, full } = this.shares;
      const { items, exhausted } =
        room > 0 ? await this.options.claim(room, full) : { items: [], exhausted: false };
      for (const item of items) this.begin(item);
      if (exhausted && full.length === 0) return;
      if (items.length === 0) await Promise.race([...this.running, this.asked.promise]);
    }
  }

  private begin(item: T): void {
    const whose = this.options.fairly?.among(item) ?? '';
    this.shares.take(whose);
    const work = this.options.carryOut(item).finally(() => {
      this.shares.release(whose);
      this.running.delete(work);
    });
    this.running.add(work);
  }
}

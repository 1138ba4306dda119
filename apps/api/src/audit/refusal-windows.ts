import type { AuditEntry } from './audit-chain.js';

/** Of one caller and route within `PERIOD_MS`, this many refusals have a row each; the others are told in one. */
export const ROWS_AT_ONCE = 20;
export const PERIOD_MS = 60_000;
/** Ids that the row of the others names. */
export const MOST_IDS = 50;
/** Minutes of a caller and route that are kept while nothing can be written. */
const MOST_KEPT = 10_000;

/** Refusals that have no row of their own. */
export interface Repeated {
  organizationId: string;
  /** The last of them. */
  last: AuditEntry;
  times: number;
  /** Those that were asked for, from the first on. */
  ids: Set<string>;
}

interface Window {
  endsAt: number;
  rows: number;
  repeated?: Repeated;
}

/** Tells the refusals that have a row each from those that are counted, which have one together when their minute is over. */
export class RefusalWindows {
  private readonly windows = new Map<string, Window>();
  private over: Repeated[] = [];

  /** @returns whether it has a row of its own; it is counted otherwise. */
  hasRow(caller: string, now: number): boolean {
    const window = this.windowOf(caller, now);
    if (window.rows >= ROWS_AT_ONCE) return false;
    window.rows += 1;
    return true;
  }

  count(caller: string, organizationId: string, entry: AuditEntry, now: number): void {
    const window = this.windowOf(caller, now);
    const repeated = (window.repeated ??= { organizationId, last: entry, times: 0, ids: new Set() });
    repeated.times += 1;
    repeated.last = entry;
    if (entry.resourceId !== null && repeated.ids.size < MOST_IDS) repeated.ids.add(entry.resourceId);
  }

  /** What was counted in minutes that are over by then. */
  take(now: number): Repeated[] {
    for (const [caller, window] of this.windows) if (window.endsAt <= now) this.end(caller, window);
    return this.over.splice(0);
  }

  /** It could not be written. */
  keep(repeated: Repeated[]): void {
    this.over = [...repeated, ...this.over].slice(0, MOST_KEPT);
  }

  private windowOf(caller: string, now: number): Window {
    const current = this.windows.get(caller);
    if (current && current.endsAt > now) return current;
    if (current) this.end(caller, current);
    const window: Window = { endsAt: now + PERIOD_MS, rows: 0 };
    this.windows.set(caller, window);
    return window;
  }

  private end(caller: string, { repeated }: Window): void {
    this.windows.delete(caller);
    if (repeated) this.over.push(repeated);
  }
}

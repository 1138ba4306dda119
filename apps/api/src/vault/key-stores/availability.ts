import type { Clock } from '../../common/clock.js';
import { KeyStoreUnavailableError } from './root-key.js';

/** After a failure nobody else waits for the store for this long: they are told at once. */
const REST_MS = 2000;

/** Whether a remote key store answers. A store that is away costs one caller a wait now and then, and not each one. */
export class Availability {
  private since: number | null = null;
  private askAgainAt = 0;
  private last: KeyStoreUnavailableError | undefined;

  constructor(private readonly clock: Clock) {}

  /** When the store was first found away; null while it answers. */
  get unavailableSince(): Date | null {
    return this.since === null ? null : new Date(this.since);
  }

  /** Makes a call to the store and learns from it. A refusal is an answer too. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    if (this.since !== null && this.last) {
      if (this.clock.now() < this.askAgainAt) throw this.last;
      this.askAgainAt = this.clock.now() + REST_MS;
    }
    try {
      const answer = await call();
      this.since = null;
      return answer;
    } catch (error) {
      if (!(error instanceof KeyStoreUnavailableError) || error.throttled) {
        this.since = null;
        throw error;
      }
      this.since ??= this.clock.now();
      this.askAgainAt = this.clock.now() + REST_MS;
      this.last = error;
      throw error;
    }
  }
}

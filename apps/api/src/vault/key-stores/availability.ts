import type { Clock } from '../../common/clock.js';
import { KeyStoreUnavailableError } from './root-key.js';

/** After a failure nobody else waits for the store for this long: they are told at once. */
const REST_MS = 2000;

/** Whether a remote key store answers. A store that is away costs one caller a wait now and then, and not each one. */
export class Availability {
  private since: number | null = null;
  private askAgainAt = 0;
  private last: KeyStoreUnavailableError | undefined;
  private trying: Promise<unknown> | undefined;

  constructor(private readonly clock: Clock) {}

  /** When the store was first found away; null while it answers. */
  get unavailableSince(): Date | null {
    return this.since === null ? null : new Date(this.since);
  }

  /** Makes a call to the store and learns from it. A refusal is an answer too. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    if (this.last) {
      if (!this.trying && this.clock.now() >= this.askAgainAt) return this.tryAgain(call);
      // Another asks at this moment: whether it gets an answer is soon known.
      await this.trying;
      if (this.last) throw this.last;
    }
    return this.ask(call);
  }

  private tryAgain<T>(call: () => Promise<T>): Promise<T> {
    const asked = this.ask(call);
    this.trying = asked
      .catch(() => undefined)
      .finally(() => {
        this.trying = undefined;
      });
    return asked;
  }

  private async ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.forget();
      return answer;
    } catch (error) {
      if (!(error instanceof KeyStoreUnavailableError) || error.throttled) {
        this.forget();
        throw error;
      }
      this.since ??= this.clock.now();
      this.askAgainAt = this.clock.now() + REST_MS;
      this.last = error;
      throw error;
    }
  }

  private forget(): void {
    this.since = null;
    this.last = undefined;
  }
}

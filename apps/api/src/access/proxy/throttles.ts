import { LRUCache } from 'lru-cache';
import { AppError } from '../../common/app-error.js';
import type { Clock } from '../../common/clock.js';
import type { ProxyLimits } from './proxy-limits.js';

const MOST_KEPT = 10_000;

/** Which providers asked to be left alone, and until when; each replica learns it by itself. */
export class Throttles {
  private readonly until = new LRUCache<string, number>({ max: MOST_KEPT });

  constructor(
    private readonly clock: Clock,
    private readonly limits: ProxyLimits,
  ) {}

  /** @throws AppError RATE_LIMITED while the provider wants no call */
  check(place: string, name: string): void {
    const until = this.until.get(place);
    if (until === undefined) return;
    const seconds = Math.ceil((until - this.clock.now()) / 1000);
    if (seconds <= 0) {
      this.until.delete(place);
      return;
    }
    throw new AppError(
      'RATE_LIMITED',
      `“${name}” limits our calls, so this one was not made. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
      { retryAfter: seconds, details: { reason: 'provider_limit', retry_after_seconds: seconds } },
    );
  }

  note(place: string, seconds: number): void {
    const wait = Math.min(seconds * 1000, this.limits.longestThrottleMs);
    if (wait > 0) this.until.set(place, this.clock.now() + wait);
  }
}

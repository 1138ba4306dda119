import { AppError } from '../../common/app-error.js';
import type { ProxyLimits } from './proxy-limits.js';

const TRY_AGAIN_SECONDS = 1;

interface Waiting {
  place: string;
  /** A place was taken for it. */
  admit: () => void;
}

/**
 * How many calls run at once: one integration that hangs must not take the place of all others. A burst waits its turn
 * for a moment, first come, first served.
 */
export class CallSlots {
  private total = 0;
  private readonly byPlace = new Map<string, number>();
  private readonly queue = new Set<Waiting>();

  constructor(private readonly limits: ProxyLimits) {}

  /**
   * @param signal ends the waiting
   * @returns what gives the place back; to be called once.
   * @throws AppError RATE_LIMITED, UNAVAILABLE
   */
  async take(place: string, signal: AbortSignal): Promise<() => void> {
    if (this.hasRoom(place)) this.occupy(place);
    else await this.turnOf(place, signal);
    return () => this.giveBack(place);
  }

  private hasRoom(place: string): boolean {
    const { callsAtOnce, callsPerIntegration } = this.limits;
    return (this.byPlace.get(place) ?? 0) < callsPerIntegration && this.total < callsAtOnce;
  }

  private occupy(place: string): void {
    this.total += 1;
    this.byPlace.set(place, (this.byPlace.get(place) ?? 0) + 1);
  }

  private giveBack(place: string): void {
    this.total -= 1;
    const left = (this.byPlace.get(place) ?? 1) - 1;
    if (left === 0) this.byPlace.delete(place);
    else this.byPlace.set(place, left);
    for (const waiting of this.queue) {
      if (!this.hasRoom(waiting.place)) continue;
      this.queue.delete(waiting);
      this.occupy(waiting.place);
      waiting.admit();
      return;
    }
  }

  private async turnOf(place: string, signal: AbortSignal): Promise<void> {
    const { waitMs, mostWaiting } = this.limits;
    if (waitMs === 0 || this.queue.size >= mostWaiting || signal.aborted) throw this.refusal(place);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { place, admit: resolve };
    // Who was admitted in the same moment has a place to give back.
    const giveUp = (): void => {
      if (this.queue.delete(waiting)) reject(this.refusal(place));
    };
    const timer = setTimeout(giveUp, waitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    this.queue.add(waiting);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  private refusal(place: string): AppError {
    const { callsPerIntegration } = this.limits;
    const details = { reason: 'too_many_at_once' };
    if ((this.byPlace.get(place) ?? 0) < callsPerIntegration)
      return new AppError(
        'UNAVAILABLE',
        'Too many proxied calls are under way here. Try again in a moment.',
        {
          retryAfter: TRY_AGAIN_SECONDS,
          details,
        },
      );
    return new AppError(
      'RATE_LIMITED',
      `${callsPerIntegration} calls to this integration are under way, which is the most. Try again when one has ended.`,
      { retryAfter: TRY_AGAIN_SECONDS, details },
    );
  }
}

import { AppError } from '../../common/app-error.js';
import type { ProxyLimits } from './proxy-limits.js';

const TRY_AGAIN_SECONDS = 1;

/** How many calls run at once: one integration that hangs must not take the place of all others. */
export class CallSlots {
  private total = 0;
  private readonly byPlace = new Map<string, number>();

  constructor(private readonly limits: ProxyLimits) {}

  /**
   * @returns what gives the place back; to be called once.
   * @throws AppError RATE_LIMITED, UNAVAILABLE
   */
  take(place: string): () => void {
    const running = this.byPlace.get(place) ?? 0;
    const { callsAtOnce, callsPerIntegration } = this.limits;
    if (running >= callsPerIntegration) {
      throw new AppError(
        'RATE_LIMITED',
        `${callsPerIntegration} calls to this integration are under way, which is the most. Try again when one has ended.`,
        { retryAfter: TRY_AGAIN_SECONDS, details: { reason: 'too_many_at_once' } },
      );
    }
    if (this.total >= callsAtOnce) {
      throw new AppError('UNAVAILABLE', 'Too many proxied calls are under way here. Try again in a moment.', {
        retryAfter: TRY_AGAIN_SECONDS,
        details: { reason: 'too_many_at_once' },
      });
    }
    this.total += 1;
    this.byPlace.set(place, running + 1);
    return () => {
      this.total -= 1;
      const left = (this.byPlace.get(place) ?? 1) - 1;
      if (left === 0) this.byPlace.delete(place);
      else this.byPlace.set(place, left);
    };
  }
}

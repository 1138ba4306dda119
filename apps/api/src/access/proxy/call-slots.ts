import { AppError } from '../../common/app-error.js';
import type { ProxyLimits } from './proxy-limits.js';

const TRY_AGAIN_SECONDS = 1;

/** Whose integration is called, and which. */
export interface Place {
  organizationId: string;
  integrationId: string;
}

/** The names a call is counted under. */
interface Seat {
  integration: string;
  organization: string;
}

interface Waiting {
  seat: Seat;
  /** A place was taken for it. */
  admit: () => void;
}

/** How many there are of each name. */
class Tally {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, change: 1 | -1): void {
    const count = this.of(name) + change;
    if (count === 0) this.counts.delete(name);
    else this.counts.set(name, count);
  }
}

/**
 * How many calls run at once: one integration that hangs must not take the place of all others, nor one organisation with
 * many of them that of all other organisations. A burst waits its turn for a moment, first come, first served.
 */
export class CallSlots {
  private total = 0;
  private readonly byIntegration = new Tally();
  private readonly byOrganization = new Tally();
  private readonly queue = new Set<Waiting>();

  constructor(private readonly limits: ProxyLimits) {}

  /**
   * @param signal ends the waiting
   * @returns what gives the place back; to be called once.
   * @throws AppError RATE_LIMITED, UNAVAILABLE
   */
  async take({ organizationId, integrationId }: Place, signal: AbortSignal): Promise<() => void> {
    const seat = { integration: `${organizationId} ${integrationId}`, organization: organizationId };
    if (this.hasRoom(seat)) this.count(seat, 1);
    else await this.turnOf(seat, signal);
    return () => this.giveBack(seat);
  }

  private hasRoom({ integration, organization }: Seat): boolean {
    const { callsAtOnce, callsPerOrganization, callsPerIntegration } = this.limits;
    return (
      this.total < callsAtOnce &&
      this.byIntegration.of(integration) < callsPerIntegration &&
      this.byOrganization.of(organization) < callsPerOrganization
    );
  }

  private count({ integration, organization }: Seat, change: 1 | -1): void {
    this.total += change;
    this.byIntegration.add(integration, change);
    this.byOrganization.add(organization, change);
  }

  private giveBack(seat: Seat): void {
    this.count(seat, -1);
    for (const waiting of this.queue) {
      if (!this.hasRoom(waiting.seat)) continue;
      this.queue.delete(waiting);
      this.count(waiting.seat, 1);
      waiting.admit();
      return;
    }
  }

  private async turnOf(seat: Seat, signal: AbortSignal): Promise<void> {
    const { waitMs, mostWaiting } = this.limits;
    if (waitMs === 0 || this.queue.size >= mostWaiting || signal.aborted) throw this.refusal(seat);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { seat, admit: resolve };
    // Who was admitted in the same moment has a place to give back.
    const giveUp = (): void => {
      if (this.queue.delete(waiting)) reject(this.refusal(seat));
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

  private refusal({ integration, organization }: Seat): AppError {
    const { callsPerOrganization, callsPerIntegration } = this.limits;
    const more = { retryAfter: TRY_AGAIN_SECONDS, details: { reason: 'too_many_at_once' } };
    const limited = (calls: string): AppError =>
      new AppError(
        'RATE_LIMITED',
        `${calls} are under way, which is the most. Try again when one has ended.`,
        more,
      );
    if (this.byIntegration.of(integration) >= callsPerIntegration)
      return limited(`${callsPerIntegration} calls to this integration`);
    if (this.byOrganization.of(organization) >= callsPerOrganization)
      return limited(`${callsPerOrganization} calls of your organisation`);
    return new AppError(
      'UNAVAILABLE',
      'Too many proxied calls are under way here. Try again in a moment.',
      more,
    );
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppError } from '../common/app-error.js';
import { DueTokens, type DueToken } from '../integrations/tokens/due-tokens.js';
import { IntegrationTokens } from '../integrations/tokens/integration-tokens.js';
import { JobQueue } from '../jobs/job-queue.js';
import type { Claimed } from '../jobs/rounds.js';
import { ScheduledRounds } from '../jobs/scheduled-rounds.js';

const QUEUE = 'tokens.due';
const TICK_MS = 5000;
const AT_ONCE = 16;
/** Providers limit how often they are asked for tokens, and one that hangs must not take all places. */
const AT_ONCE_PER_TYPE = 4;

/**
 * Refreshes tokens before they end. A tick on every replica asks for a round and the queue makes it one; a round works
 * off what is due, a bounded number at once and few of one provider. What a killed process had taken is due again soon.
 */
@Injectable()
export class TokenRefreshService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Tokens');
  private readonly rounds: ScheduledRounds<DueToken>;
  private readonly underWay = new Map<string, number>();

  constructor(
    jobs: JobQueue,
    private readonly due: DueTokens,
    private readonly tokens: IntegrationTokens,
  ) {
    this.rounds = new ScheduledRounds(
      jobs,
      { queue: QUEUE, tickMs: TICK_MS },
      {
        places: AT_ONCE,
        claim: (limit) => this.claim(limit),
        carryOut: (token) => this.refresh(token),
      },
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.rounds.begin();
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.rounds.tick();
  }

  /** Begins a refresh of everything that is due. */
  round(signal: AbortSignal): Promise<void> {
    return this.rounds.round(signal);
  }

  /** Resolves when no refresh is under way. */
  settled(): Promise<void> {
    return this.rounds.settled();
  }

  /** The database closes after this: a token that has come must be stored. */
  async onModuleDestroy(): Promise<void> {
    await this.rounds.stop();
  }

  /** So few that no type gets more places than it may, whichever types they turn out to be of. */
  private async claim(free: number): Promise<Claimed<DueToken>> {
    const counts = [...this.underWay];
    const full = counts.filter(([, count]) => count >= AT_ONCE_PER_TYPE).map(([typeId]) => typeId);
    const busiest = Math.max(
      0,
      ...counts.map(([, count]) => count).filter((count) => count < AT_ONCE_PER_TYPE),
    );
    const limit = Math.min(free, AT_ONCE_PER_TYPE - busiest);
    const items = await this.due.claim(limit, full);
    for (const { typeId } of items) this.count(typeId, 1);
    return { items, exhausted: items.length < limit && full.length === 0 };
  }

  /** How it ends is written down where it happens; one that fails stops nobody else. */
  private async refresh({ organizationId, integrationId, typeId }: DueToken): Promise<void> {
    try {
      await this.tokens.refresh(organizationId, integrationId, 'schedule');
    } catch (error) {
      if (error instanceof AppError) return;
      this.logger.error(
        `The token of integration ${integrationId} could not be refreshed: ${(error as Error).stack ?? String(error)}`,
      );
    } finally {
      this.count(typeId, -1);
    }
  }

  private count(typeId: string, change: 1 | -1): void {
    const count = (this.underWay.get(typeId) ?? 0) + change;
    if (count > 0) this.underWay.set(typeId, count);
    else this.underWay.delete(typeId);
  }
}

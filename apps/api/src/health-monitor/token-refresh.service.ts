import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { DueTokens, type DueToken } from '../integrations/tokens/due-tokens.js';
import { IntegrationTokens } from '../integrations/tokens/integration-tokens.js';
import { JobQueue } from '../jobs/job-queue.js';
import { FairPlaces } from '../jobs/fair-places.js';
import type { Claimed } from '../jobs/rounds.js';
import { ScheduledRounds } from '../jobs/scheduled-rounds.js';

const QUEUE = 'tokens.due';
const TICK_MS = 5000;
const AT_ONCE = 32;
/** Providers limit how often they are asked for tokens, and one that hangs must not take all places. */
const AT_ONCE_PER_TYPE = 8;
/** One organisation alone gets half of the places, and half of those of a type: token endpoints may be its own. */
const SHARE = { among: ({ organizationId }: DueToken) => organizationId, multiple: 1 };

/**
 * Refreshes tokens before they end. A tick on every replica asks for a round and the queue makes it one; a round works
 * off what is due, a bounded number at once, few of one provider and of one organisation. What a killed process had taken is due again soon.
 */
@Injectable()
export class TokenRefreshService extends ScheduledRounds<DueToken> {
  private readonly logger = new Logger('Tokens');
  /** What is under way of each type. */
  private readonly types = new Map<string, FairPlaces>();

  constructor(
    jobs: JobQueue,
    private readonly due: DueTokens,
    private readonly tokens: IntegrationTokens,
  ) {
    super(jobs, { queue: QUEUE, tickMs: TICK_MS, places: AT_ONCE, fairly: SHARE });
  }

  /** So few that no type gets more places than it may, and no organisation of a type, whichever they turn out to be. */
  protected async claim(room: number, organizations: string[]): Promise<Claimed<DueToken>> {
    const known = Array.from(this.types, ([typeId, places]) => ({
      typeId,
      room: places.room,
      full: places.full,
    }));
    const types = known.filter((each) => each.room === 0).map(({ typeId }) => typeId);
    const pairs = known.flatMap(({ typeId, full }) =>
      full.map((organization) => `${organization}/${typeId}`),
    );
    const rooms = known.map((each) => each.room).filter((each) => each > 0);
    const limit = Math.min(room, new FairPlaces(AT_ONCE_PER_TYPE).room, ...rooms);
    const items = await this.due.claim(limit, { types, organizations, pairs });
    for (const { typeId, organizationId } of items) this.placesOf(typeId).take(organizationId);
    return { items, exhausted: items.length < limit && pairs.length === 0 };
  }

  /** How it ends is written down where it happens; one that fails stops nobody else. */
  protected async carryOut({ organizationId, integrationId, typeId }: DueToken): Promise<void> {
    try {
      await this.tokens.refresh(organizationId, integrationId, 'schedule');
    } catch (error) {
      if (error instanceof AppError) return;
      this.logger.error(
        `The token of integration ${integrationId} could not be refreshed: ${(error as Error).stack ?? String(error)}`,
      );
    } finally {
      this.placesOf(typeId).release(organizationId);
    }
  }

  private placesOf(typeId: string): FairPlaces {
    const places = this.types.get(typeId) ?? new FairPlaces(AT_ONCE_PER_TYPE);
    this.types.set(typeId, places);
    return places;
  }
}

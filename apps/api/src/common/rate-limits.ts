import type { FastifyReply } from 'fastify';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database/database.js';
import { AppError } from './app-error.js';

/** At most `points` in `seconds`. */
export interface RateLimitOptions {
  name: string;
  points: number;
  seconds: number;
}

/** Counts in PostgreSQL, so that a limit is one for all replicas. */
export class RateLimits {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(private readonly database: Database) {}

  /**
   * Counts a call and says in the answer how many are left.
   * @param refusal what is told when there are none; the time to wait follows.
   * @throws AppError RATE_LIMITED
   */
  async take(limit: RateLimitOptions, key: string, reply: FastifyReply, refusal: string): Promise<void> {
    const outcome = await this.consume(limit, key);
    const reset = Math.ceil(outcome.msBeforeNext / 1000);
    void reply.headers({
      'ratelimit-limit': String(limit.points),
      'ratelimit-remaining': String(outcome.remainingPoints),
      'ratelimit-reset': String(reset),
    });
    if (outcome.consumedPoints <= limit.points) return;
    throw new AppError('RATE_LIMITED', `${refusal} Try again in ${reset} seconds.`, {
      retryAfter: reset,
      details: { retry_after: reset },
    });
  }

  private async consume(limit: RateLimitOptions, key: string): Promise<RateLimiterRes> {
    try {
      return await this.limiter(limit).consume(key);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    }
  }

  private limiter(limit: RateLimitOptions): RateLimiterPostgres {
    let limiter = this.limiters.get(limit.name);
    if (!limiter) {
      limiter = new RateLimiterPostgres({
        storeClient: this.database.client,
        storeType: 'client',
        tableName: 'rate_limits',
        tableCreated: true,
        keyPrefix: limit.name,
        points: limit.points,
        duration: limit.seconds,
      });
      this.limiters.set(limit.name, limiter);
    }
    return limiter;
  }
}

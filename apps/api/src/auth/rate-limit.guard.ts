import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../common/app-error.js';
import { Database } from '../database/database.js';

const LIMIT = 'latchkey:rate-limit';

interface Limit {
  name: string;
  points: number;
  seconds: number;
}

/** Counts calls of an address in PostgreSQL, so that the limit is one for all replicas. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const limit = this.reflector.get<Limit>(LIMIT, context.getHandler());
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const outcome = await this.consume(limit, http.getRequest<FastifyRequest>().ip);
    const reset = Math.ceil(outcome.msBeforeNext / 1000);
    void reply.headers({
      'ratelimit-limit': String(limit.points),
      'ratelimit-remaining': String(outcome.remainingPoints),
      'ratelimit-reset': String(reset),
    });
    if (outcome.consumedPoints <= limit.points) return true;
    throw new AppError(
      'RATE_LIMITED',
      `Too many attempts from your address. Try again in ${reset} seconds.`,
      {
        retryAfter: reset,
        details: { retry_after: reset },
      },
    );
  }

  private async consume(limit: Limit, key: string): Promise<RateLimiterRes> {
    try {
      return await this.limiter(limit).consume(key);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    }
  }

  private limiter(limit: Limit): RateLimiterPostgres {
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

/** At most `points` calls in `seconds` from one address. */
export const RateLimit = (name: string, points: number, seconds: number) =>
  applyDecorators(SetMetadata(LIMIT, { name, points, seconds } satisfies Limit), UseGuards(RateLimitGuard));

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
import { addressBlock } from '../common/address-block.js';
import { type RateLimitOptions, RateLimits } from '../common/rate-limits.js';
import { Database } from '../database/database.js';

const LIMIT = 'latchkey:rate-limit';

/** Counts calls of an address, or of a subscriber's addresses. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limits: RateLimits;

  constructor(
    private readonly reflector: Reflector,
    database: Database,
  ) {
    this.limits = new RateLimits(database);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const limit = this.reflector.get<RateLimitOptions>(LIMIT, context.getHandler());
    const http = context.switchToHttp();
    const { ip } = http.getRequest<FastifyRequest>();
    await this.limits.take(
      limit,
      addressBlock(ip),
      http.getResponse<FastifyReply>(),
      'Too many attempts from your address.',
    );
    return true;
  }
}

/** At most `points` calls in `seconds` from one address. */
export const RateLimit = (name: string, points: number, seconds: number) =>
  applyDecorators(
    SetMetadata(LIMIT, { name, points, seconds } satisfies RateLimitOptions),
    UseGuards(RateLimitGuard),
  );

import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isUUID } from 'class-validator';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../common/decorators.js';
import { type RateLimitOptions, RateLimits } from '../common/rate-limits.js';
import { Database } from '../database/database.js';

const LIMIT = 'latchkey:integration-rate';

/** Counts calls about an integration, by whomever in its organisation: its provider counts them together too. */
@Injectable()
export class IntegrationRateGuard implements CanActivate {
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
    const { actor, params } = http.getRequest<AuthenticatedRequest>();
    const { id } = params as { id: string };
    // What is no id is found nowhere, and need not be counted.
    if (!isUUID(id)) return true;
    const key = `${actor?.organizationId} ${id.toLowerCase()}`;
    const reply = http.getResponse<FastifyReply>();
    await this.limits.take(limit, key, reply, 'That was asked for too often for this integration.');
    return true;
  }
}

/** At most `points` calls in `seconds` for one integration. */
export const IntegrationRateLimit = (name: string, points: number, seconds: number) =>
  applyDecorators(
    SetMetadata(LIMIT, { name, points, seconds } satisfies RateLimitOptions),
    UseGuards(IntegrationRateGuard),
  );

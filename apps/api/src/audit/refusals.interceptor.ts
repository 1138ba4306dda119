import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { catchError, type Observable } from 'rxjs';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import type { AuthenticatedRequest } from '../common/decorators.js';
import { AuditService } from './audit.service.js';

const REFUSALS = new Set(['NOT_FOUND', 'FORBIDDEN']);

/**
 * Records that somebody asked for an id that is not there or not theirs, or for more than they may do with it.
 * Another organisation's id looks like one that nobody has, so both are recorded.
 */
@Injectable()
export class RefusalsInterceptor implements NestInterceptor {
  constructor(private readonly audit: AuditService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        if (error instanceof AppError && REFUSALS.has(error.code) && request.actor)
          await this.record(request, request.actor, error);
        throw error;
      }),
    );
  }

  private async record(request: AuthenticatedRequest, actor: Actor, { details }: AppError): Promise<void> {
    const id = Object.values(request.params as Record<string, string>).findLast((value) => isUUID(value));
    if (id === undefined) return;
    await this.audit.recordAlone(actor.organizationId, {
      actor,
      action: 'access.denied',
      resourceType: 'resource',
      resourceId: id,
      outcome: 'blocked',
      metadata: details?.permission
        ? { permission: details.permission }
        : { route: `${request.method} ${request.routeOptions.url}` },
    });
  }
}

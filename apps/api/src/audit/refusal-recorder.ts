import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { AppError } from '../common/app-error.js';
import type { AuthenticatedRequest } from '../common/decorators.js';
import { AuditService } from './audit.service.js';

/**
 * Records that somebody asked for an id that is not there or not theirs, or for more than they may do.
 * Another organisation's id looks like one that nobody has, so both are recorded.
 */
@Injectable()
export class RefusalRecorder {
  constructor(private readonly audit: AuditService) {}

  /** To be called before the refusal is answered. */
  async record(request: AuthenticatedRequest, { code, details }: AppError): Promise<void> {
    const actor = request.actor ?? request.program;
    if (!actor || (code !== 'NOT_FOUND' && code !== 'FORBIDDEN')) return;
    const id = Object.values((request.params ?? {}) as Record<string, string>).findLast((value) =>
      isUUID(value),
    );
    const permission = details?.permission;
    if (id === undefined && permission === undefined) return;
    await this.audit.recordAlone(actor.organizationId, {
      actor,
      action: 'access.denied',
      resourceType: permission === undefined ? 'resource' : 'permission',
      resourceId: id ?? null,
      outcome: 'blocked',
      metadata:
        permission === undefined
          ? { route: `${request.method} ${request.routeOptions.url}` }
          : { permission },
    });
  }
}

import { Injectable } from '@nestjs/common';
import { type Actor, organizationOf } from '../common/actor.js';
import { cursorPage, decodeCursor } from '../common/pagination.js';
import type { AuditLogDto, AuditQuery, AuditVerificationDto } from './audit.dto.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';

@Injectable()
export class AuditReaderService {
  constructor(
    private readonly repository: AuditRepository,
    private readonly audit: AuditService,
  ) {}

  async list(
    actor: Actor,
    query: AuditQuery,
  ): Promise<{ audit_logs: AuditLogDto[]; next_cursor: string | null }> {
    const found = await this.repository.list(organizationOf(actor), {
      action: query.action,
      before: decodeCursor(query.cursor),
      limit: query.limit + 1,
    });
    const { rows, nextCursor } = cursorPage(
      found.map((row) => ({ ...row, at: row.created_at })),
      query.limit,
    );
    return {
      audit_logs: rows.map((row) => ({
        id: row.id,
        sequence: Number(row.sequence),
        actor_type: row.actor_type,
        actor_id: row.actor_id,
        actor_name: row.actor_name,
        action: row.action,
        resource_type: row.resource_type,
        resource_id: row.resource_id,
        outcome: row.outcome,
        ip: row.ip,
        user_agent: row.user_agent,
        request_id: row.request_id,
        metadata: row.metadata,
        hash: row.hash.toString('hex'),
        created_at: row.created_at,
      })),
      next_cursor: nextCursor,
    };
  }

  async verify(actor: Actor): Promise<{ verification: AuditVerificationDto }> {
    return { verification: await this.audit.verify(organizationOf(actor)) };
  }
}

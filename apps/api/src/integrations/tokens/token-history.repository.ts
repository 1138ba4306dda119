import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../../common/new-id.js';
import type { CursorPosition } from '../../common/pagination.js';
import { Database } from '../../database/database.js';
import type { TokenEventDto } from './token.dto.js';

/** What became of an integration's tokens. */
@Injectable()
export class TokenHistoryRepository {
  constructor(private readonly database: Database) {}

  list(
    organizationId: string,
    integrationId: string,
    before: CursorPosition | undefined,
    limit: number,
  ): Promise<TokenEventDto[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT id, at, kind, cause, message, error_code, duration_ms, expires_at FROM token_events
         WHERE organization_id = $1 AND integration_id = $2
           AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4::uuid))
         ORDER BY at DESC, id DESC LIMIT $5`,
        [organizationId, integrationId, before?.at ?? null, before?.id ?? null, limit],
      ),
    );
  }

  /** Somebody consented. */
  async connected(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    { at, message, expiresAt }: { at: Date; message: string; expiresAt: Date | null },
  ): Promise<void> {
    await manager.query(
      `INSERT INTO token_events (organization_id, id, integration_id, at, kind, cause, message, expires_at)
       VALUES ($1, $2, $3, $4, 'connected', 'person', $5, $6)`,
      [organizationId, newId(), integrationId, at, message, expiresAt],
    );
  }

  /** The service did not take the token, and there is no other. */
  async refused(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    { at, message }: { at: Date; message: string },
  ): Promise<void> {
    await manager.query(
      `INSERT INTO token_events (organization_id, id, integration_id, at, kind, cause, message, error_code)
       VALUES ($1, $2, $3, $4, 'refused', 'refusal', $5, 'auth')`,
      [organizationId, newId(), integrationId, at, message],
    );
  }

  /** Whether a refresh was tried since then, however it ended. */
  async triedSince(organizationId: string, integrationId: string, since: Date): Promise<boolean> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<unknown[]>(
        `SELECT 1 FROM token_events
         WHERE organization_id = $1 AND integration_id = $2 AND at >= $3 AND kind <> 'connected' LIMIT 1`,
        [organizationId, integrationId, since],
      ),
    );
    return rows.length > 0;
  }
}

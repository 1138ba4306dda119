import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

/** A service token as it is stored; the token itself is not. */
export interface ServiceTokenRow {
  organization_id: string;
  id: string;
  name: string;
  description: string;
  hint: string;
  scopes: string[];
  integration_ids: string[] | null;
  integration_type_ids: string[] | null;
  allowed_cidrs: string[] | null;
  expires_at: Date | null;
  last_used_at: Date | null;
  last_used_ip: string | null;
  rotated_at: Date | null;
  previous_until: Date | null;
  created_by: string | null;
  creator_name: string | null;
  created_at: Date;
  revoked_at: Date | null;
}

export type NewServiceToken = Omit<
  ServiceTokenRow,
  'creator_name' | 'last_used_at' | 'last_used_ip' | 'rotated_at' | 'previous_until' | 'revoked_at'
> & { token_hash: Buffer };

/** When a token was used last, and from where. */
export interface TokenUse {
  id: string;
  at: Date;
  ip: string | null;
}

const COLUMNS = `t.organization_id, t.id, t.name, t.description, t.hint, t.scopes, t.integration_ids,
  t.integration_type_ids, t.allowed_cidrs, t.expires_at, t.last_used_at, t.last_used_ip, t.rotated_at,
  t.previous_until, t.created_by, u.full_name AS creator_name, t.created_at, t.revoked_at`;
const FROM = 'service_tokens t LEFT JOIN users u ON u.id = t.created_by';

/** $2 is now. */
const STATUS_CONDITIONS: Record<string, string> = {
  active: 't.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)',
  expired: 't.revoked_at IS NULL AND t.expires_at <= $2',
  revoked: 't.revoked_at IS NOT NULL',
};

@Injectable()
export class ServiceTokensRepository {
  constructor(private readonly database: Database) {}

  /** The token whose secret has this hash, or had it before its last rotation: `previous_until` says whether that still works. */
  async findByHash(
    organizationId: string,
    hash: Buffer,
  ): Promise<(ServiceTokenRow & { is_previous: boolean }) | undefined> {
    const [rows = []] = await this.database.tenantAtOnce<ServiceTokenRow & { is_previous: boolean }>(
      organizationId,
      [
        {
          name: 'service token by hash',
          text: `SELECT ${COLUMNS}, t.token_hash <> $2 AS is_previous FROM ${FROM}
            WHERE t.organization_id = $1 AND (t.token_hash = $2 OR t.previous_hash = $2)`,
          values: [organizationId, hash],
        },
      ],
    );
    return rows[0];
  }

  async find(organizationId: string, id: string): Promise<ServiceTokenRow | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<ServiceTokenRow[]>(
        `SELECT ${COLUMNS} FROM ${FROM} WHERE t.organization_id = $1 AND t.id = $2`,
        [organizationId, id],
      ),
    );
    return rows[0];
  }

  list(
    organizationId: string,
    { status, page, perPage, now }: { status?: string; page: number; perPage: number; now: Date },
  ): Promise<{ rows: ServiceTokenRow[]; total: number }> {
    // Now is bound whether or not the condition asks for it.
    const where = `t.organization_id = $1 AND $2::timestamptz IS NOT NULL AND ${status ? STATUS_CONDITIONS[status]! : 'true'}`;
    return this.database.tenant(organizationId, async (manager) => {
      const counted = await manager.query<{ total: number }[]>(
        `SELECT count(*)::int AS total FROM service_tokens t WHERE ${where}`,
        [organizationId, now],
      );
      const rows = await manager.query<ServiceTokenRow[]>(
        `SELECT ${COLUMNS} FROM ${FROM} WHERE ${where} ORDER BY t.created_at DESC, t.id DESC LIMIT $3 OFFSET $4`,
        [organizationId, now, perPage, (page - 1) * perPage],
      );
      return { rows, total: counted[0]?.total ?? 0 };
    });
  }

  async insert(manager: EntityManager, token: NewServiceToken): Promise<void> {
    await manager.query(
      `INSERT INTO service_tokens (organization_id, id, name, description, hint, token_hash, scopes, integration_ids,
         integration_type_ids, allowed_cidrs, expires_at, created_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        token.organization_id,
        token.id,
        token.name,
        token.description,
        token.hint,
        token.token_hash,
        token.scopes,
        token.integration_ids,
        token.integration_type_ids,
        token.allowed_cidrs,
        token.expires_at,
        token.created_by,
        token.created_at,
      ],
    );
  }

  /** @returns false when the token is revoked, has ended or is not there. */
  async rotate(
    manager: EntityManager,
    organizationId: string,
    id: string,
    { hash, hint, now, previousUntil }: { hash: Buffer; hint: string; now: Date; previousUntil: Date },
  ): Promise<boolean> {
    const rows = await manager.query<[unknown[], number]>(
      `UPDATE service_tokens SET previous_hash = token_hash,
         previous_until = CASE WHEN $6 > $5 THEN $6::timestamptz END, token_hash = $3, hint = $4, rotated_at = $5
       WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5)`,
      [organizationId, id, hash, hint, now, previousUntil],
    );
    return rows[1] === 1;
  }

  /** @returns false when it was revoked before. */
  async revoke(manager: EntityManager, organizationId: string, id: string, now: Date): Promise<boolean> {
    const rows = await manager.query<[unknown[], number]>(
      `UPDATE service_tokens SET revoked_at = $3, previous_until = NULL
       WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL`,
      [organizationId, id, now],
    );
    return rows[1] === 1;
  }

  async markUsed(organizationId: string, uses: TokenUse[]): Promise<void> {
    await this.database.tenant(organizationId, (manager) =>
      manager.query(
        `UPDATE service_tokens t SET last_used_at = greatest(t.last_used_at, u.at), last_used_ip = u.ip
         FROM unnest($2::uuid[], $3::timestamptz[], $4::text[]) AS u (id, at, ip)
         WHERE t.organization_id = $1 AND t.id = u.id`,
        [organizationId, uses.map(({ id }) => id), uses.map(({ at }) => at), uses.map(({ ip }) => ip)],
      ),
    );
  }
}

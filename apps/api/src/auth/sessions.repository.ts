import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { Database, enterOrganization } from '../database/database.js';

export interface NewSession {
  id: string;
  userId: string;
  organizationId: string | null;
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  expiresAt: Date;
}

interface PrincipalRow {
  is_super_admin: boolean;
  role: string | null;
  team_ids: string[];
  permissions: Record<string, string>;
}

export interface RefreshTokenRow {
  session_id: string;
  user_id: string;
  organization_id: string | null;
  used_at: Date | null;
  used_by_ip: string | null;
  used_by_user_agent: string | null;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async insert(manager: EntityManager, session: NewSession): Promise<void> {
    await manager.query(
      `INSERT INTO user_sessions (id, user_id, organization_id, ip, user_agent, created_at, last_seen_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
      [
        session.id,
        session.userId,
        session.organizationId,
        session.ip,
        session.userAgent,
        session.createdAt,
        session.expiresAt,
      ],
    );
  }

  /** @returns nothing when the session ended, the account is off, or the token is not of this person. */
  findPrincipal(
    sessionId: string,
    userId: string,
    organizationId: string | null,
    now: Date,
  ): Promise<PrincipalRow | undefined> {
    return this.database.person(userId, async (manager) => {
      if (organizationId) await enterOrganization(manager, organizationId);
      const rows = await manager.query<PrincipalRow[]>(
        `SELECT u.is_super_admin, m.role,
           ARRAY(SELECT t.team_id FROM team_members t
                 WHERE t.organization_id = m.organization_id AND t.user_id = u.id) AS team_ids,
           coalesce((SELECT jsonb_object_agg(p.permission, p.scope) FROM role_permissions p
                     WHERE p.role = m.role AND p.organization_id IN (m.organization_id, $5)), '{}') AS permissions
         FROM user_sessions s
         JOIN users u ON u.id = s.user_id
         LEFT JOIN organization_members m ON m.organization_id = $3 AND m.user_id = u.id
         WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND s.expires_at > $4 AND u.is_active`,
        [sessionId, userId, organizationId, now, NIL_ORGANIZATION],
      );
      return rows[0];
    });
  }

  async insertToken(manager: EntityManager, hash: Buffer, sessionId: string, at: Date): Promise<void> {
    await manager.query(
      'INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ($1, $2, $3)',
      [hash, sessionId, at],
    );
  }

  /** Locks the token's row, so that two uses of one token follow each other. Living sessions only. */
  async lockToken(manager: EntityManager, hash: Buffer, now: Date): Promise<RefreshTokenRow | undefined> {
    const rows = await manager.query<RefreshTokenRow[]>(
      `SELECT t.session_id, s.user_id, s.organization_id, t.used_at, t.used_by_ip, t.used_by_user_agent
       FROM refresh_tokens t JOIN user_sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
       WHERE t.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.is_active
       FOR UPDATE OF t`,
      [hash, now],
    );
    return rows[0];
  }

  async markUsed(
    manager: EntityManager,
    hash: Buffer,
    at: Date,
    ip: string | null,
    userAgent: string | null,
  ): Promise<void> {
    await manager.query(
      'UPDATE refresh_tokens SET used_at = $2, used_by_ip = $3, used_by_user_agent = $4 WHERE token_hash = $1',
      [hash, at, ip, userAgent],
    );
  }

  async extend(manager: EntityManager, sessionId: string, seenAt: Date, expiresAt: Date): Promise<void> {
    await manager.query('UPDATE user_sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1', [
      sessionId,
      seenAt,
      expiresAt,
    ]);
  }

  async revoke(manager: EntityManager, sessionId: string, at: Date, reason: string): Promise<void> {
    await manager.query(
      'UPDATE user_sessions SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL',
      [sessionId, at, reason],
    );
  }

  /** Their tokens go with them. */
  async purgeEnded(before: Date): Promise<void> {
    await this.database.query('DELETE FROM user_sessions WHERE expires_at < $1 OR revoked_at < $1', [before]);
  }
}

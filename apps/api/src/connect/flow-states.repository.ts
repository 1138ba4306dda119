import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

export const FLOW_PURPOSES = [
  'connect',
  'github_app_manifest',
  'github_app_install',
  'github_app_claim',
] as const;
export type FlowPurpose = (typeof FLOW_PURPOSES)[number];

/** A flow that a browser is on, as it is stored; nothing in it opens anything. */
export interface FlowRow {
  organizationId: string;
  id: string;
  stateHash: Buffer;
  browserHash: Buffer;
  userId: string;
  sessionId: string;
  purpose: FlowPurpose;
  integrationId: string | null;
  details: Record<string, unknown>;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

@Injectable()
export class FlowStatesRepository {
  constructor(private readonly database: Database) {}

  async insert(manager: EntityManager, organizationId: string, flow: FlowRow): Promise<void> {
    await manager.query(
      `INSERT INTO oauth_states (organization_id, id, state_hash, browser_hash, user_id, session_id, purpose,
         integration_id, details, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        organizationId,
        flow.id,
        flow.stateHash,
        flow.browserHash,
        flow.userId,
        flow.sessionId,
        flow.purpose,
        flow.integrationId,
        JSON.stringify(flow.details),
        flow.createdAt,
        flow.expiresAt,
      ],
    );
  }

  async find(organizationId: string, stateHash: Buffer): Promise<FlowRow | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<FlowRow[]>(
        `SELECT organization_id AS "organizationId", id, state_hash AS "stateHash", browser_hash AS "browserHash",
           user_id AS "userId", session_id AS "sessionId", purpose, integration_id AS "integrationId", details,
           created_at AS "createdAt", expires_at AS "expiresAt", used_at AS "usedAt"
         FROM oauth_states WHERE organization_id = $1 AND state_hash = $2`,
        [organizationId, stateHash],
      ),
    );
    return rows[0];
  }

  /** @returns false when another request has used it. */
  async use(organizationId: string, id: string, at: Date): Promise<boolean> {
    const [, used] = await this.database.tenant(organizationId, (manager) =>
      manager.query<[unknown, number]>(
        'UPDATE oauth_states SET used_at = $3 WHERE organization_id = $1 AND id = $2 AND used_at IS NULL',
        [organizationId, id, at],
      ),
    );
    return used === 1;
  }

  /** In every organisation. */
  async purge(before: Date): Promise<void> {
    await this.database.asSystem('DELETE FROM oauth_states WHERE created_at < $1', [before]);
  }
}

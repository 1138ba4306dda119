import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import { newId } from '../../common/new-id.js';
import { Database } from '../../database/database.js';

/** A check that succeeded, and what it was made with. */
export interface SteadyCheck {
  organizationId: string;
  integrationId: string;
  leaseToken: string;
  credentialId: string;
  revision: number;
  config: Record<string, FieldValue>;
  at: Date;
  next: Date;
  responseMs: number;
  message: string;
  details: Record<string, unknown>;
  /** Types of which somebody else is told, too. */
  exceptTypes: string[];
}

/**
 * Locks both rows, whose latest versions are judged; whoever holds one keeps nobody waiting here. The credential is one
 * that a success teaches nothing of but that it was used.
 */
const RECORD = `
  WITH held AS (
    SELECT i.organization_id, i.id, c.id AS credential_id
    FROM integrations i
    JOIN integration_credentials c ON c.organization_id = i.organization_id AND c.integration_id = i.id
    WHERE i.organization_id = $1 AND i.id = $2 AND i.status = 'active' AND i.consecutive_failures = 0
      AND i.check_lease_token = $3 AND i.config = $6::jsonb AND i.integration_type_id <> ALL ($12::text[])
      AND c.id = $4 AND c.revision = $5 AND c.state = 'active' AND c.previous_sealed IS NULL
    FOR UPDATE SKIP LOCKED
  ), checked AS (
    UPDATE integrations i SET last_checked_at = $7, last_sync_at = $7, next_check_at = $8, response_time_ms = $9,
      error_code = NULL, error_message = NULL, error_hint = NULL, check_lease_token = NULL, check_lease_until = NULL
    FROM held WHERE i.organization_id = held.organization_id AND i.id = held.id
  ), used AS (
    UPDATE integration_credentials c SET last_used_at = $7
    FROM held WHERE c.organization_id = held.organization_id AND c.id = held.credential_id
  ), measured AS (
    INSERT INTO health_checks (organization_id, integration_id, at, ok, response_ms)
    SELECT organization_id, id, $7, true, $9 FROM held ON CONFLICT DO NOTHING
  )
  INSERT INTO integration_logs
    (organization_id, id, integration_id, action, status, message, metadata, duration_ms, created_at)
  SELECT organization_id, $13, id, 'health_check', 'success', $10, $11, $9, $7 FROM held
  RETURNING true AS recorded`;

/**
 * The commit does not wait for the disk. What a crash of the database takes with it in that half second it takes as a whole:
 * the integration is due as before, and checked again.
 */
const AT_EASE = {
  name: 'commit at ease',
  text: "SELECT set_config('synchronous_commit', 'off', true)",
  values: [],
};

@Injectable()
export class SteadyChecksRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when anything is not as it was, and nothing was written. */
  async record(check: SteadyCheck): Promise<boolean> {
    const { organizationId, integrationId, leaseToken, credentialId, revision, config } = check;
    const [, rows = []] = await this.database.tenantAtOnce<{ recorded: boolean }>(organizationId, [
      AT_EASE,
      {
        name: 'record steady check',
        text: RECORD,
        values: [
          organizationId,
          integrationId,
          leaseToken,
          credentialId,
          revision,
          JSON.stringify(config),
          check.at,
          check.next,
          check.responseMs,
          check.message,
          JSON.stringify(check.details),
          check.exceptTypes,
          newId(),
        ],
      },
    ]);
    return rows.length > 0;
  }
}

import type { FieldValue } from '@latchkey/catalogue';
import { type AnyActor, permits } from '../common/actor.js';
import type { IntegrationDto } from './integration.dto.js';
import type { IntegrationStatus } from './integration.entity.js';

/** An integration as the lists read it, with what stands beside it. */
export interface IntegrationRow {
  organization_id: string;
  id: string;
  integration_type_id: string;
  name: string;
  description: string | null;
  config: Record<string, FieldValue>;
  auth_mode: string;
  status: IntegrationStatus;
  error_code: string | null;
  error_message: string | null;
  error_hint: string | null;
  status_changed_at: Date;
  consecutive_failures: number;
  response_time_ms: number | null;
  last_sync_at: Date | null;
  last_checked_at: Date | null;
  next_check_at: Date | null;
  created_by: string | null;
  created_at: Date;
  updated_at: Date;
  creator_name: string | null;
  credential_type: string | null;
  credential_state: string | null;
  token_expires_at: Date | null;
  team_ids: string[];
}

/** What can be allowed for one integration and not for another. */
const INTEGRATION_PERMISSIONS = [
  'integrations:update',
  'integrations:test',
  'integrations:delete',
  'credentials:inspect',
  'credentials:update',
];

/** How long before its end a token counts as expiring. */
const EXPIRING_MS = 24 * 3_600_000;

function tokenStatus(row: IntegrationRow, now: number): string {
  if (row.credential_state === 'revoked') return 'revoked';
  if (!row.token_expires_at) return 'none';
  const left = row.token_expires_at.getTime() - now;
  if (left <= 0) return 'expired';
  return left <= EXPIRING_MS ? 'expiring' : 'valid';
}

/** What the API answers; it has no field that could hold a secret. */
export function toIntegrationDto(
  row: IntegrationRow,
  category: string,
  actor: AnyActor,
  now: number,
): IntegrationDto {
  return {
    id: row.id,
    integration_type_id: row.integration_type_id,
    name: row.name,
    description: row.description,
    category,
    config: row.config,
    status: row.status,
    error_code: row.error_code,
    error_message: row.error_message,
    hint: row.error_hint,
    auth_mode: row.auth_mode,
    credential_type: row.credential_type,
    token_status: tokenStatus(row, now),
    token_expires_at: row.token_expires_at,
    response_time_ms: row.response_time_ms,
    last_sync_at: row.last_sync_at,
    last_checked_at: row.last_checked_at,
    next_check_at: row.next_check_at,
    status_changed_at: row.status_changed_at,
    consecutive_failures: row.consecutive_failures,
    team_ids: row.team_ids,
    created_by:
      row.created_by && row.creator_name ? { id: row.created_by, full_name: row.creator_name } : null,
    allowed_actions: INTEGRATION_PERMISSIONS.filter((permission) =>
      permits(actor, permission, { createdById: row.created_by, teamIds: row.team_ids }),
    ),
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

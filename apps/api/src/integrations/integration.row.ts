import type { FieldValue } from '@latchkey/catalogue';
import { type AnyActor, permits } from '../common/actor.js';
import type { CredentialState } from '../tokens/credential-lifecycle.js';
import type { IntegrationDto, SelectedResourceDto } from './integration.dto.js';
import type { IntegrationStatus } from './integration.entity.js';
import { type TokenFacts, tokenStatus } from './tokens/token-status.js';

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
  credential_state: CredentialState | null;
  token_expires_at: Date | null;
  has_token: boolean | null;
  token_refreshable: boolean | null;
  refresh_failures: number | null;
  team_ids: string[];
  selected_resources: SelectedResourceDto[];
}

/** What can be allowed for one integration and not for another. */
const INTEGRATION_PERMISSIONS = [
  'integrations:update',
  'integrations:test',
  'integrations:delete',
  'credentials:inspect',
  'credentials:update',
];

const tokenFactsOf = (row: IntegrationRow): TokenFacts => ({
  credentialType: row.credential_type,
  state: row.credential_state,
  expiresAt: row.token_expires_at,
  hasToken: row.has_token ?? false,
  refreshable: row.token_refreshable ?? false,
  refreshFailures: row.refresh_failures ?? 0,
  needsReauth: row.status === 'needs_reauth',
});

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
    token_status: tokenStatus(tokenFactsOf(row), now),
    token_expires_at: row.token_expires_at,
    response_time_ms: row.response_time_ms,
    last_sync_at: row.last_sync_at,
    last_checked_at: row.last_checked_at,
    next_check_at: row.next_check_at,
    status_changed_at: row.status_changed_at,
    consecutive_failures: row.consecutive_failures,
    selected_resources: row.selected_resources,
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

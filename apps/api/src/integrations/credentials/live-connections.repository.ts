import { Injectable } from '@nestjs/common';
import type { CredentialType, FieldValue } from '@latchkey/catalogue';
import { Database } from '../../database/database.js';
import type { CredentialState } from '../../tokens/credential-lifecycle.js';
import type { OAuthMetadata } from '../../tokens/oauth2/token-standing.js';
import type { SelectedResourceDto } from '../integration.dto.js';
import type { IntegrationStatus } from '../integration.entity.js';
import { SELECTED_RESOURCES } from '../resources/selected-resources.repository.js';

/** An integration and its credential, as a program's call needs them. */
export interface LiveRow {
  id: string;
  name: string;
  integration_type_id: string;
  auth_mode: string;
  status: IntegrationStatus;
  error_message: string | null;
  config: Record<string, FieldValue>;
  credential_id: string | null;
  revision: number;
  credential_type: CredentialType;
  sealed: Buffer;
  expires_at: Date | null;
  state: CredentialState;
  refresh_at: Date | null;
  refreshed_at: Date | null;
  refresh_failures: number;
  oauth: OAuthMetadata | null;
  selected_resources: SelectedResourceDto[];
}

const LIVE = `SELECT i.id, i.name, i.integration_type_id, i.auth_mode, i.status, i.error_message, i.config,
    c.id AS credential_id, c.revision, c.credential_type, c.sealed, c.expires_at,
    c.state, c.refresh_at, c.refreshed_at, c.refresh_failures, c.metadata -> 'oauth' AS oauth,
    ${SELECTED_RESOURCES}
  FROM integrations i
  LEFT JOIN integration_credentials c ON c.organization_id = i.organization_id AND c.integration_id = i.id
  WHERE i.organization_id = $1 AND i.id = ANY($2::uuid[])`;

@Injectable()
export class LiveConnectionsRepository {
  constructor(private readonly database: Database) {}

  async findMany(organizationId: string, ids: string[]): Promise<LiveRow[]> {
    const [rows = []] = await this.database.tenantAtOnce<LiveRow>(organizationId, [
      { name: 'live connections', text: LIVE, values: [organizationId, ids] },
    ]);
    return rows;
  }
}

import { Injectable } from '@nestjs/common';
import type { CredentialType, FieldValue } from '@latchkey/catalogue';
import { Database } from '../database/database.js';
import type { IntegrationStatus } from './integration.entity.js';

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
}

const LIVE = `SELECT i.id, i.name, i.integration_type_id, i.auth_mode, i.status, i.error_message, i.config,
    c.id AS credential_id, c.revision, c.credential_type, c.sealed, c.expires_at
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

import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';

/** Longer than a refresh may take: what a killed process had claimed is due again after this. By the database's clock. */
const CLAIM = "now() + interval '90 seconds'";

/** A token that is to be refreshed, by whoever claimed it. */
export interface DueToken {
  organizationId: string;
  integrationId: string;
  typeId: string;
}

/** Whose tokens are left for later: they have as many under way as they may. */
export interface Busy {
  types: string[];
  organizations: string[];
  /** Of an organisation and a type: `organization_id/integration_type_id`. */
  pairs: string[];
}

/** Finds the tokens that are to be refreshed before they end. */
@Injectable()
export class DueTokens {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes up to `limit` tokens of all organisations, those that are due longest first; what has failed before comes after
   * what has not, so that servers which hang do not keep others waiting. Other replicas take others; how the refresh ends
   * gives the claim back.
   */
  async claim(limit: number, { types, organizations, pairs }: Busy): Promise<DueToken[]> {
    const rows = await this.database.asSystem<{
      organization_id: string;
      integration_id: string;
      integration_type_id: string;
    }>(
      `WITH due AS (
         SELECT c.organization_id, c.integration_id, i.integration_type_id
         FROM integration_credentials c
         JOIN integrations i ON i.organization_id = c.organization_id AND i.id = c.integration_id
         WHERE c.refresh_at <= $1 AND (c.lease_until IS NULL OR c.lease_until <= now()) AND (c.refresh_claimed_until IS NULL OR c.refresh_claimed_until <= now())
           AND i.status NOT IN ('disabled', 'needs_reauth') AND i.integration_type_id <> ALL ($3::text[])
           AND c.organization_id <> ALL ($4::uuid[])
           AND c.organization_id || '/' || i.integration_type_id <> ALL ($5::text[])
         ORDER BY c.refresh_failures > 0, c.refresh_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
       )
       UPDATE integration_credentials c SET refresh_claimed_until = ${CLAIM} FROM due
       WHERE c.organization_id = due.organization_id AND c.integration_id = due.integration_id
       RETURNING c.organization_id, c.integration_id, due.integration_type_id`,
      [this.clock.date(), limit, types, organizations, pairs],
    );
    return rows.map((row) => ({
      organizationId: row.organization_id,
      integrationId: row.integration_id,
      typeId: row.integration_type_id,
    }));
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface ChosenResource {
  id: string;
  name: string;
  details: Record<string, unknown>;
}

/** What is selected of an integration `i`, as a column. */
export const SELECTED_RESOURCES = `coalesce((
    SELECT jsonb_agg(jsonb_build_object('kind', s.kind, 'id', s.resource_id, 'name', s.name, 'details', s.details)
      ORDER BY s.kind, s.name, s.resource_id)
    FROM selected_resources s WHERE s.organization_id = i.organization_id AND s.integration_id = i.id
  ), '[]') AS selected_resources`;

@Injectable()
export class SelectedResourcesRepository {
  /** All of one kind. Those that stay keep who selected them, and when. */
  async replace(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    kind: string,
    chosen: ChosenResource[],
    selector: { by: string; at: Date },
  ): Promise<void> {
    await manager.query(
      `DELETE FROM selected_resources
       WHERE organization_id = $1 AND integration_id = $2 AND kind = $3 AND resource_id <> ALL($4::text[])`,
      [organizationId, integrationId, kind, chosen.map(({ id }) => id)],
    );
    await manager.query(
      `INSERT INTO selected_resources (organization_id, integration_id, kind, resource_id, name, details, selected_by,
         selected_at)
       SELECT $1, $2, $3, c.id, c.name, c.details, $5, $6
       FROM jsonb_to_recordset($4::jsonb) AS c(id text, name text, details jsonb)
       ON CONFLICT (organization_id, integration_id, kind, resource_id)
       DO UPDATE SET name = EXCLUDED.name, details = EXCLUDED.details`,
      [organizationId, integrationId, kind, JSON.stringify(chosen), selector.by, selector.at],
    );
  }
}

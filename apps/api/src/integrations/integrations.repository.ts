import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnyActor } from '../common/actor.js';
import { Database } from '../database/database.js';
import { Integration } from './integration.entity.js';
import type { IntegrationRow } from './integration.row.js';
import { prefixRange, searchTerms } from './search-terms.js';
import { SELECTED_RESOURCES } from './resources/selected-resources.repository.js';

export interface IntegrationFilter {
  status?: string;
  types?: string[];
  teamId?: string;
  q?: string;
}

export interface IntegrationPage extends IntegrationFilter {
  sort: string;
  page: number;
  perPage: number;
}

export interface IntegrationName {
  id: string;
  name: string;
}

const ORDERS: Record<string, string> = {
  name: 'i.name COLLATE "C", i.id',
  '-name': 'i.name COLLATE "C" DESC, i.id DESC',
  created_at: 'i.created_at, i.id',
  '-created_at': 'i.created_at DESC, i.id DESC',
  last_checked_at: 'i.last_checked_at NULLS FIRST, i.id',
  '-last_checked_at': 'i.last_checked_at DESC NULLS LAST, i.id DESC',
};

/** @param source the integrations to describe; for a page, only those of the page, so that nothing else is joined. */
const view = (source: string): string => `
  SELECT i.*, u.full_name AS creator_name, c.credential_type, c.state AS credential_state,
    c.expires_at AS token_expires_at, 'access_token' = ANY(c.field_names) AS has_token, c.refresh_failures,
    (c.metadata #>> '{oauth,refreshable}')::boolean AS token_refreshable,
    ARRAY(SELECT t.team_id FROM integration_teams t
          WHERE t.organization_id = i.organization_id AND t.integration_id = i.id) AS team_ids,
    ${SELECTED_RESOURCES}
  FROM ${source} i
  LEFT JOIN users u ON u.id = i.created_by
  LEFT JOIN integration_credentials c ON c.organization_id = i.organization_id AND c.integration_id = i.id`;

/** Collects parameters while the condition is written. */
class Conditions {
  readonly parameters: unknown[] = [];
  readonly parts: string[] = [];

  bind(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  get sql(): string {
    return this.parts.join(' AND ');
  }
}

/** An integration with teams is seen by those teams, by its creator and by admins; by programs as their token says. */
function visibleTo(actor: AnyActor, organizationId: string): Conditions {
  const where = new Conditions();
  where.parts.push(`i.organization_id = ${where.bind(organizationId)}`);
  if (actor.kind === 'service_token') {
    const { integrationIds, integrationTypeIds } = actor;
    if (integrationIds) where.parts.push(`i.id = ANY(${where.bind([...integrationIds])}::uuid[])`);
    if (integrationTypeIds)
      where.parts.push(`i.integration_type_id = ANY(${where.bind([...integrationTypeIds])}::text[])`);
    return where;
  }
  if (actor.role === 'org_admin') return where;
  // An aggregate and no EXISTS: PostgreSQL would read all rows of integration_teams into a hash, for one page too.
  where.parts.push(`(i.created_by = ${where.bind(actor.userId)}
    OR coalesce((SELECT bool_or(t.team_id = ANY(${where.bind(actor.teamIds)}::uuid[])) FROM integration_teams t
                 WHERE t.organization_id = i.organization_id AND t.integration_id = i.id), true))`);
  return where;
}

function narrow(where: Conditions, filter: IntegrationFilter): void {
  if (filter.status) where.parts.push(`i.status = ${where.bind(filter.status)}`);
  if (filter.types) where.parts.push(`i.integration_type_id = ANY(${where.bind(filter.types)}::text[])`);
  if (filter.teamId) {
    where.parts.push(`EXISTS (SELECT 1 FROM integration_teams t WHERE t.organization_id = i.organization_id
      AND t.integration_id = i.id AND t.team_id = ${where.bind(filter.teamId)})`);
  }
  const words = searchTerms(filter.q ?? null);
  // Asked for what no word can be: nothing has it.
  if (filter.q?.trim() && words.length === 0) where.parts.push('false');
  for (const word of words) {
    const [from, to] = prefixRange(word);
    where.parts.push(`i.id IN (SELECT s.integration_id FROM integration_terms s
      WHERE s.organization_id = $1 AND s.term >= ${where.bind(from)} AND s.term < ${where.bind(to)})`);
  }
}

@Injectable()
export class IntegrationsRepository {
  constructor(private readonly database: Database) {}

  find(organizationId: string, actor: AnyActor, id: string): Promise<IntegrationRow | undefined> {
    const where = visibleTo(actor, organizationId);
    where.parts.push(`i.id = ${where.bind(id)}`);
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<IntegrationRow[]>(
        `${view('integrations')} WHERE ${where.sql}`,
        where.parameters,
      );
      return rows[0];
    });
  }

  /** Those of the ids that are integrations which the caller may see. */
  visible(organizationId: string, actor: AnyActor, ids: string[]): Promise<IntegrationName[]> {
    const where = visibleTo(actor, organizationId);
    where.parts.push(`i.id = ANY(${where.bind(ids)}::uuid[])`);
    return this.names(organizationId, where, ids.length);
  }

  /** Those that a list would show, at most so many. */
  matching(
    organizationId: string,
    actor: AnyActor,
    filter: IntegrationFilter,
    limit: number,
  ): Promise<IntegrationName[]> {
    const where = visibleTo(actor, organizationId);
    narrow(where, filter);
    return this.names(organizationId, where, limit);
  }

  private names(organizationId: string, where: Conditions, limit: number): Promise<IntegrationName[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT i.id, i.name FROM integrations i WHERE ${where.sql} LIMIT ${limit}`,
        where.parameters,
      ),
    );
  }

  /** For the watch, which sees every integration. */
  load(organizationId: string, id: string): Promise<Integration | null> {
    return this.database.tenant(organizationId, (manager) =>
      manager.findOneBy(Integration, { organizationId, id }),
    );
  }

  list(
    organizationId: string,
    actor: AnyActor,
    filter: IntegrationPage,
  ): Promise<{ rows: IntegrationRow[]; total: number }> {
    const where = visibleTo(actor, organizationId);
    narrow(where, filter);
    return this.database.tenant(organizationId, async (manager) => {
      const counted = await manager.query<{ total: number }[]>(
        `SELECT count(*)::int AS total FROM integrations i WHERE ${where.sql}`,
        where.parameters,
      );
      const order = `ORDER BY ${ORDERS[filter.sort]}`;
      const page = `SELECT i.* FROM integrations i WHERE ${where.sql} ${order}
        LIMIT ${filter.perPage} OFFSET ${(filter.page - 1) * filter.perPage}`;
      const rows = await manager.query<IntegrationRow[]>(`${view(`(${page})`)} ${order}`, where.parameters);
      return { rows, total: counted[0]?.total ?? 0 };
    });
  }

  /** Keeps others from changing the integration until the transaction ends. */
  lock(manager: EntityManager, organizationId: string, id: string): Promise<Integration | null> {
    return manager.findOne(Integration, {
      where: { organizationId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async insert(manager: EntityManager, integration: Integration): Promise<void> {
    await manager.insert(Integration, integration);
  }

  async update(
    manager: EntityManager,
    organizationId: string,
    id: string,
    changes: Partial<Integration>,
  ): Promise<void> {
    await manager.update(Integration, { organizationId, id }, changes);
  }

  /** The watch tries the integrations of these credentials next. */
  async makeDue(
    manager: EntityManager,
    organizationId: string,
    credentialIds: string[],
    at: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE integrations i SET next_check_at = $3
       FROM integration_credentials c
       WHERE i.organization_id = $1 AND i.status <> 'disabled' AND c.organization_id = i.organization_id
         AND c.integration_id = i.id AND c.id = ANY($2::uuid[])`,
      [organizationId, credentialIds, at],
    );
  }

  /** The watch looks next, unless it has just done so or does not look at all. */
  async checkSoon(organizationId: string, id: string, at: Date): Promise<void> {
    await this.database.tenantAtOnce(organizationId, [
      {
        name: 'check soon',
        text: `UPDATE integrations SET next_check_at = $3
          WHERE organization_id = $1 AND id = $2 AND status IN ('pending', 'active', 'error') AND next_check_at > $3
            AND (last_checked_at IS NULL OR last_checked_at < $3::timestamptz - interval '1 minute')`,
        values: [organizationId, id, at],
      },
    ]);
  }

  async existsNamed(organizationId: string, typeId: string, name: string): Promise<boolean> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<unknown[]>(
        'SELECT 1 FROM integrations WHERE organization_id = $1 AND integration_type_id = $2 AND name = $3 LIMIT 1',
        [organizationId, typeId, name],
      ),
    );
    return rows.length > 0;
  }

  async delete(manager: EntityManager, organizationId: string, id: string): Promise<void> {
    await manager.delete(Integration, { organizationId, id });
  }

  async replaceTerms(
    manager: EntityManager,
    organizationId: string,
    id: string,
    terms: string[],
  ): Promise<void> {
    await manager.query('DELETE FROM integration_terms WHERE organization_id = $1 AND integration_id = $2', [
      organizationId,
      id,
    ]);
    await manager.query(
      'INSERT INTO integration_terms (organization_id, integration_id, term) SELECT $1, $2, unnest($3::text[])',
      [organizationId, id, terms],
    );
  }

  async replaceTeams(
    manager: EntityManager,
    organizationId: string,
    id: string,
    teamIds: string[],
  ): Promise<void> {
    await manager.query('DELETE FROM integration_teams WHERE organization_id = $1 AND integration_id = $2', [
      organizationId,
      id,
    ]);
    await manager.query(
      'INSERT INTO integration_teams (organization_id, integration_id, team_id) SELECT DISTINCT $1::uuid, $2::uuid, unnest($3::uuid[])',
      [organizationId, id, teamIds],
    );
  }
}

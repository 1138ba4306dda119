import type { AnyActor } from '../common/actor.js';
import { SELECTED_RESOURCES } from './resources/selected-resources.repository.js';
import { prefixRange, searchTerms } from './search-terms.js';

export interface IntegrationFilter {
  status?: string;
  types?: string[];
  teamId?: string;
  q?: string;
}

/** @param source the integrations to describe; for a page, only those of the page, so that nothing else is joined. */
export const view = (source: string): string => `
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
export class Conditions {
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
export function visibleTo(actor: AnyActor, organizationId: string): Conditions {
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

/** All of a filter but the words that it looks for. */
export function narrowWithoutWords(where: Conditions, filter: IntegrationFilter): void {
  if (filter.status) where.parts.push(`i.status = ${where.bind(filter.status)}`);
  if (filter.types) where.parts.push(`i.integration_type_id = ANY(${where.bind(filter.types)}::text[])`);
  if (filter.teamId) {
    where.parts.push(`EXISTS (SELECT 1 FROM integration_teams t WHERE t.organization_id = i.organization_id
      AND t.integration_id = i.id AND t.team_id = ${where.bind(filter.teamId)})`);
  }
}

/** @param id what is to have the word */
export function hasWord(where: Conditions, id: string, word: string): string {
  const [from, to] = prefixRange(word);
  return `${id} IN (SELECT w.integration_id FROM integration_terms w
    WHERE w.organization_id = $1 AND w.term >= ${where.bind(from)} AND w.term < ${where.bind(to)})`;
}

export function narrow(where: Conditions, filter: IntegrationFilter): void {
  narrowWithoutWords(where, filter);
  const words = searchTerms(filter.q ?? null);
  // Asked for what no word can be: nothing has it.
  if (filter.q?.trim() && words.length === 0) where.parts.push('false');
  for (const word of words) where.parts.push(hasWord(where, 'i.id', word));
}

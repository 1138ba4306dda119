import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnyActor } from '../../common/actor.js';
import { Database } from '../../database/database.js';
import { type Conditions, type IntegrationFilter, narrow, view, visibleTo } from '../integration-queries.js';
import type { IntegrationRow } from '../integration.row.js';
import { encodeListCursor, type ListPosition, type Sort } from './list-cursor.js';
import { KnownTotals, type Total } from './known-totals.js';
import { type ListOrder, orderOf } from './list-order.js';
import { MOST_COUNTED, SETTINGS } from './list-settings.js';
import { searched, type Wanted } from './searched.js';

export interface IntegrationPage extends IntegrationFilter {
  sort: Sort;
  page: number;
  perPage: number;
  /** Where the page before ended; instead of its number. */
  after?: ListPosition;
}

export interface ListedIntegrations {
  rows: IntegrationRow[];
  total: Total;
  nextCursor: string | null;
}

function asked(organizationId: string, actor: AnyActor, filter: IntegrationFilter): Conditions {
  const where = visibleTo(actor, organizationId);
  narrow(where, filter);
  return where;
}

/** A page of integrations, and how many there are. */
@Injectable()
export class IntegrationListRepository {
  private readonly totals = new KnownTotals();

  constructor(private readonly database: Database) {}

  list(organizationId: string, actor: AnyActor, page: IntegrationPage): Promise<ListedIntegrations> {
    return this.database.tenant(organizationId, async (manager) => {
      const order = orderOf(page.sort, page.after);
      const { total, ids } = await this.found(manager, organizationId, actor, page, order);
      const found = await this.rows(manager, organizationId, ids, order);
      const rows = found.slice(0, page.perPage);
      const last = rows.at(-1);
      const nextCursor =
        found.length > rows.length && last
          ? encodeListCursor({ sort: page.sort, value: last.position, id: last.id })
          : null;
      return { rows, total, nextCursor };
    });
  }

  /** The ids are one more than asked for, where there is one. */
  private async found(
    manager: EntityManager,
    organizationId: string,
    actor: AnyActor,
    page: IntegrationPage,
    order: ListOrder,
  ): Promise<{ total: Total; ids: string[] }> {
    const where = asked(organizationId, actor, page);
    const known = this.totals.get(where);
    const wanted = { limit: page.perPage + 1, offset: page.after ? 0 : (page.page - 1) * page.perPage };
    const search = { organizationId, actor, filter: page };
    const found = await searched(manager, search, order, wanted, known?.count);
    const [, total, ids] = await Promise.all([
      found ?? manager.query(SETTINGS),
      known ?? this.total(manager, where, found?.count),
      found?.ids ?? this.walked(manager, asked(organizationId, actor, page), order, wanted),
    ]);
    return { total, ids };
  }

  /** Those of a page by an index of the integrations. Only what it has is sorted. */
  private async walked(
    manager: EntityManager,
    where: Conditions,
    { key, direction, after }: ListOrder,
    { limit, offset }: Wanted,
  ): Promise<string[]> {
    if (after) where.parts.push(after(where, key, 'i.id'));
    const found = await manager.query<{ id: string }[]>(
      `SELECT i.id, ${key} AS place FROM integrations i WHERE ${where.sql}
       ORDER BY ${key}${direction}, i.id${direction} LIMIT ${limit} OFFSET ${offset}`,
      where.parameters,
    );
    return found.map(({ id }) => id);
  }

  private async rows(
    manager: EntityManager,
    organizationId: string,
    ids: string[],
    { key, text, direction }: ListOrder,
  ): Promise<(IntegrationRow & { position: string | null })[]> {
    if (ids.length === 0) return [];
    const rows = `(SELECT i.*, ${text} AS position, ${key} AS place FROM integrations i
      WHERE i.organization_id = $1 AND i.id = ANY($2::uuid[]))`;
    const sorted = `${view(rows)} ORDER BY i.place${direction}, i.id${direction}`;
    return manager.query(sorted, [organizationId, ids]);
  }

  private async total(manager: EntityManager, where: Conditions, known: number | undefined): Promise<Total> {
    const found = `SELECT 1 FROM integrations i WHERE ${where.sql}`;
    const count = known ?? (await this.count(manager, found, where.parameters));
    if (count <= MOST_COUNTED) return this.totals.keep(where, { count, isEstimate: false });
    const [plan] = await manager.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>(
      `EXPLAIN (FORMAT JSON) ${found}`,
      where.parameters,
    );
    const expected = plan!['QUERY PLAN'][0].Plan['Plan Rows'];
    return this.totals.keep(where, { count: Math.max(expected, count), isEstimate: true });
  }

  private async count(manager: EntityManager, found: string, parameters: unknown[]): Promise<number> {
    const [counted] = await manager.query<{ total: number }[]>(
      `SELECT count(*)::int AS total FROM (${found} LIMIT ${MOST_COUNTED + 1}) AS found`,
      parameters,
    );
    return counted!.total;
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnyActor } from '../../common/actor.js';
import { Database } from '../../database/database.js';
import { type Conditions, type IntegrationFilter, narrow, view, visibleTo } from '../integration-queries.js';
import type { IntegrationRow } from '../integration.row.js';
import { encodeListCursor, type ListPosition, type Sort } from './list-cursor.js';
import { KnownTotals, type Total } from './known-totals.js';
import { type Carried, searchedPlaces } from './searched-places.js';

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

/** Counted one by one up to here. */
const MOST_COUNTED = 10_000;
/**
 * Most of a table may be another organisation's: no share of it is worth reading in the order it is stored in. And what is
 * listed is in memory, where any place is as near as the next.
 */
const SETTINGS =
  "SELECT set_config('enable_seqscan', 'off', true), set_config('random_page_cost', '1.1', true), \
set_config('max_parallel_workers_per_gather', '0', true)";
const TIME = `to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const CHECKED = "coalesce(i.last_checked_at, '-infinity')";

interface Key {
  key: string;
  text: string;
  value: (parameter: string) => string;
  /** Words of a search have it. */
  carried?: Carried;
}

/** What a list is sorted by, as its index has it; how a cursor says it; and back. */
const KEYS: Record<string, Key> = {
  name: { carried: 'name', key: 'i.name COLLATE "C"', text: 'i.name', value: (name) => `${name}::text` },
  created_at: {
    carried: 'created_at',
    key: 'i.created_at',
    text: TIME.replace('%s', 'i.created_at'),
    value: (at) => `${at}::timestamptz`,
  },
  last_checked_at: {
    key: CHECKED,
    text: TIME.replace('%s', 'i.last_checked_at'),
    value: (at) => `coalesce(${at}::timestamptz, '-infinity')`,
  },
};

function orderOf(sort: Sort) {
  const descending = sort.startsWith('-');
  const key = KEYS[descending ? sort.slice(1) : sort]!;
  return { ...key, beyond: descending ? '<' : '>', direction: descending ? ' DESC' : '' };
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
      const [, total, found] = await Promise.all([
        manager.query(SETTINGS),
        this.total(manager, asked(organizationId, actor, page)),
        this.page(manager, organizationId, actor, page),
      ]);
      const rows = found.slice(0, page.perPage);
      const last = rows.at(-1);
      const nextCursor =
        found.length > rows.length && last
          ? encodeListCursor({ sort: page.sort, value: last.position, id: last.id })
          : null;
      return { rows, total, nextCursor };
    });
  }

  /** One row more than asked for, where there is one. */
  private async page(
    manager: EntityManager,
    organizationId: string,
    actor: AnyActor,
    page: IntegrationPage,
  ): Promise<(IntegrationRow & { position: string | null })[]> {
    const { sort, after } = page;
    const { key, text, value, carried, beyond, direction } = orderOf(sort);
    const from = (of: Conditions, place: string, id: string): string =>
      after
        ? `AND (${place}, ${id}) ${beyond} (${value(of.bind(after.value))}, ${of.bind(after.id)}::uuid)`
        : '';
    const offset = after ? 0 : (page.page - 1) * page.perPage;
    const searched = carried && (await searchedPlaces(manager, organizationId, actor, page, carried, from));
    const of = searched?.where ?? asked(organizationId, actor, page);
    // Only what an index has is sorted, and what rows have besides is read of those of the page.
    const places = searched
      ? `${searched.sql} ORDER BY s.place${direction}, s.id${direction}`
      : `SELECT i.id, ${key} AS place FROM integrations i WHERE ${of.sql} ${from(of, key, 'i.id')}
         ORDER BY ${key}${direction}, i.id${direction}`;
    const found = await manager.query<{ id: string }[]>(
      `${places} LIMIT ${page.perPage + 1} OFFSET ${offset}`,
      of.parameters,
    );
    const rows = `(SELECT i.*, ${text} AS position, ${key} AS place FROM integrations i
      WHERE i.organization_id = $1 AND i.id = ANY($2::uuid[]))`;
    const sorted = `${view(rows)} ORDER BY i.place${direction}, i.id${direction}`;
    return manager.query(sorted, [organizationId, found.map(({ id }) => id)]);
  }

  private async total(manager: EntityManager, where: Conditions): Promise<Total> {
    const known = this.totals.get(where);
    if (known) return known;
    const found = `SELECT 1 FROM integrations i WHERE ${where.sql}`;
    const [counted] = await manager.query<{ total: number }[]>(
      `SELECT count(*)::int AS total FROM (${found} LIMIT ${MOST_COUNTED + 1}) AS found`,
      where.parameters,
    );
    const { total } = counted!;
    if (total <= MOST_COUNTED) return this.totals.keep(where, { count: total, isEstimate: false });
    const [plan] = await manager.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>(
      `EXPLAIN (FORMAT JSON) ${found}`,
      where.parameters,
    );
    const expected = plan!['QUERY PLAN'][0].Plan['Plan Rows'];
    return this.totals.keep(where, { count: Math.max(expected, total), isEstimate: true });
  }
}

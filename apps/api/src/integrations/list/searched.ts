import type { EntityManager } from 'typeorm';
import type { IntegrationFilter } from '../integration-queries.js';
import { searchTerms } from '../search-terms.js';
import type { ListOrder } from './list-order.js';
import { JOINING, JOINING_ALL, JOINING_FIRST, MOST_COUNTED, SETTINGS } from './list-settings.js';
import {
  everyPlace,
  firstPlaces,
  type Search,
  type SearchedPlaces,
  type SearchOrder,
} from './searched-places.js';
import { lookUp } from './searched-words.js';

/** Of fewer, all are found sooner than those of a page among all integrations. */
const FEWEST_WALKED = 2000;

export interface Wanted {
  limit: number;
  offset: number;
}

/** What became known of a search on the way; what did not is found by the integrations. */
export interface Searched {
  /** Counted as far as any list is. */
  count?: number;
  ids?: string[];
}

async function joined<T>(
  manager: EntityManager,
  way: string,
  sql: string,
  parameters: unknown[],
): Promise<T[]> {
  const [, found] = await Promise.all([
    manager.query(way),
    manager.query<T[]>(sql, parameters),
    manager.query(JOINING),
  ]);
  return found;
}

/** All of a search is read once: a page of it, and how much there is. */
async function pageOfAll(
  manager: EntityManager,
  { where, sql }: SearchedPlaces,
  { key, direction, carried, after }: ListOrder,
  { limit, offset }: Wanted,
): Promise<Required<Searched>> {
  const place = carried
    ? 's.place'
    : `(SELECT ${key} FROM integrations i WHERE i.organization_id = $1 AND i.id = s.id)`;
  const beyond = after ? `WHERE ${after(where, 'p.place', 'p.id')}` : '';
  const [found] = await joined<Required<Searched>>(
    manager,
    JOINING_ALL,
    `WITH found AS MATERIALIZED (${sql} LIMIT ${MOST_COUNTED + 1})
     SELECT (SELECT count(*)::int FROM found) AS count, ARRAY(
       SELECT p.id FROM (SELECT s.id, ${place} AS place FROM found s) p ${beyond}
       ORDER BY p.place${direction}, p.id${direction} LIMIT ${limit} OFFSET ${offset}) AS ids`,
    where.parameters,
  );
  return found!;
}

/**
 * A page of a search by its words. An index has what each is in, in either order that words carry.
 * @param known how many there are, where somebody pages through them
 * @returns undefined when nothing is searched for.
 */
export async function searched(
  manager: EntityManager,
  search: Omit<Search, 'words'>,
  order: ListOrder,
  wanted: Wanted,
  known: number | undefined,
): Promise<Searched | undefined> {
  const asked = searchTerms(search.filter.q ?? null);
  if (asked.length === 0) return undefined;
  const [, words] = await Promise.all([
    manager.query(SETTINGS),
    lookUp(manager, search.organizationId, asked, known !== undefined && known >= FEWEST_WALKED),
  ]);
  if (words.some(({ entries }) => entries === 0)) return { count: 0, ids: [] };
  const { carried = 'created_at', direction, after } = order;
  const by: SearchOrder = { carried, direction };
  const first = order.carried && firstPlaces({ ...search, words }, { ...by, after });
  const isWalked = known !== undefined && known >= fewestWalked(search.filter, order, first !== undefined);
  const every = isWalked ? undefined : everyPlace({ ...search, words }, by);
  const all = every && (await pageOfAll(manager, every, order, wanted));
  const reaches = order.carried && !after && wanted.offset + wanted.limit <= MOST_COUNTED;
  if (all && (reaches || all.count <= MOST_COUNTED)) return all;
  if (!first) return { count: all?.count };
  const { where, sql } = first;
  const found = await joined<{ id: string }>(
    manager,
    JOINING_FIRST,
    `${sql} LIMIT ${wanted.limit} OFFSET ${wanted.offset}`,
    where.parameters,
  );
  return { count: all?.count, ids: found.map(({ id }) => id) };
}

/** What is found in order is found at once; names that go with types may all be at the end. */
function fewestWalked({ types }: IntegrationFilter, { carried }: ListOrder, isOrdered: boolean): number {
  if (!isOrdered) return FEWEST_WALKED;
  return carried === 'name' && types ? MOST_COUNTED + 1 : 0;
}

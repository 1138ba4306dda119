import type { EntityManager } from 'typeorm';
import type { AnyActor } from '../../common/actor.js';
import {
  type Conditions,
  hasWord,
  type IntegrationFilter,
  narrowWithoutWords,
  visibleTo,
} from '../integration-queries.js';
import { prefixRange, searchTerms } from '../search-terms.js';

/** What words carry of their integrations, so that these are not read to be sorted. */
export type Carried = 'name' | 'created_at';

/** More words that begin alike are not read one beside the other. */
const MOST_ALIKE = 8;

/** Those that begin with a prefix, one step in the index each, however many integrations have them. */
const ALIKE = `WITH RECURSIVE alike (term) AS (
  (SELECT w.term FROM integration_terms w WHERE w.organization_id = $1 AND w.term >= $2 AND w.term < $3
   ORDER BY w.term LIMIT 1)
  UNION ALL
  SELECT (SELECT w.term FROM integration_terms w WHERE w.organization_id = $1 AND w.term > a.term AND w.term < $3
          ORDER BY w.term LIMIT 1)
  FROM alike a WHERE a.term IS NOT NULL)
SELECT term FROM alike WHERE term IS NOT NULL LIMIT ${MOST_ALIKE + 1}`;

/** Where a page is found: what gives `s.id` and `s.place` that it is sorted by, and what the parameters are. */
export interface SearchedPlaces {
  where: Conditions;
  sql: string;
}

/**
 * A search read from its words: an index has what one word is in by name, and another by time. A few words that begin alike
 * are merged in that order, and the page is at its beginning; what more of them are in is sorted. Either way integrations
 * are read for other filters alone.
 * @param after of `place` and `id`, where the page begins
 * @returns undefined when nothing is searched, or when an index of the integrations has the other filters in this order.
 */
export async function searchedPlaces(
  manager: EntityManager,
  organizationId: string,
  actor: AnyActor,
  filter: IntegrationFilter,
  carried: Carried,
  after: (where: Conditions, place: string, id: string) => string,
): Promise<SearchedPlaces | undefined> {
  const words = searchTerms(filter.q ?? null);
  if (words.length === 0 || (carried === 'created_at' && (filter.status || filter.types))) return undefined;
  const where = visibleTo(actor, organizationId);
  narrowWithoutWords(where, filter);
  if (filter.types && filter.status && filter.status !== 'active') {
    // So few of a type do not work that their words are looked up. They are found first, and not on the way through all names.
    const few = `SELECT i.name COLLATE "C" AS place, i.id FROM integrations i WHERE ${where.sql}
      ${after(where, 'i.name COLLATE "C"', 'i.id')} OFFSET 0`;
    const having = words.map((word) => hasWord(where, 's.id', word)).join(' AND ');
    return { where, sql: `SELECT s.place, s.id FROM (${few}) s WHERE ${having}` };
  }
  // The longest says the most, as a rule; any would do.
  const [word, ...others] = words.toSorted((a, b) => b.length - a.length) as [string, ...string[]];
  const [from, to] = prefixRange(word);
  const alike = await manager.query<{ term: string }[]>(ALIKE, [organizationId, from, to]);
  const beyond = after(where, `w.${carried}`, 'w.integration_id');
  const having = (
    term: string,
  ) => `SELECT w.${carried} AS place, w.integration_id AS id FROM integration_terms w
    WHERE w.organization_id = $1 AND ${term} ${beyond}`;
  // The organisation alone is a condition of the words as well.
  const filters = where.parts.length > 1 ? `JOIN integrations i ON i.id = s.id AND ${where.sql}` : '';
  const merges = alike.length > 0 && alike.length <= MOST_ALIKE;
  // Several are told once each in ascending order alone: the newest come sooner of the integrations.
  if (carried === 'created_at' && merges && alike.length > 1) return undefined;
  const source = merges
    ? alike
        .map(({ term }) => having(`w.term = ${where.bind(term)}`))
        .join(filters ? ' UNION ALL ' : ' UNION ')
    : having(`w.term >= ${where.bind(from)} AND w.term < ${where.bind(to)}`);
  const distinct = filters || !merges ? 'DISTINCT' : '';
  const rest = others.map((other) => hasWord(where, 's.id', other));
  const found = rest.length > 0 ? `WHERE ${rest.join(' AND ')}` : '';
  return { where, sql: `SELECT ${distinct} s.place, s.id FROM (${source}) s ${filters} ${found}` };
}

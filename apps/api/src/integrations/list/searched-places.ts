import type { AnyActor } from '../../common/actor.js';
import {
  type Conditions,
  type IntegrationFilter,
  narrowWithoutWords,
  visibleTo,
} from '../integration-queries.js';
import type { Carried, ListOrder } from './list-order.js';
import { isFew, isVast, type SearchedWord } from './searched-words.js';

/** One that words carry. */
export type SearchOrder = Pick<ListOrder, 'direction' | 'after'> & { carried: Carried };

/** What gives `place` and `id`, once each and in order, and what its parameters are. */
export interface SearchedPlaces {
  where: Conditions;
  sql: string;
}

/** More words are looked up in what the first ones are in. */
const MOST_MERGED = 4;
/** What more types have is sorted. */
const MOST_TYPES = 8;

/** Parts that are in an order by an index each. Only those that say so themselves are merged in it. */
const merging = (parts: string[], order: string): string =>
  parts.length === 1 ? parts[0]! : parts.map((part) => `(${part} ORDER BY ${order})`).join(' UNION ALL ');

/** The entries of a word, in the order of the index that has it so. */
function entriesOf(where: Conditions, word: SearchedWord, order: SearchOrder): string {
  const { carried, direction, after } = order;
  const beyond = after ? `AND ${after(where, `w.${carried}`, 'w.integration_id')}` : '';
  const having = (terms: string): string =>
    `SELECT w.${carried} AS place, w.integration_id AS id FROM integration_terms w
     WHERE w.organization_id = $1 AND ${terms} ${beyond}`;
  if (!word.terms) return having(`w.term >= ${where.bind(word.from)} AND w.term < ${where.bind(word.to)}`);
  const each = word.terms.map((term) => having(`w.term = ${where.bind(term)}`));
  return merging(each, `w.${carried}${direction}, w.integration_id${direction}`);
}

/** What has a status and one of some types, in the order of the index that has it so by the time it was made. */
function filtered(where: Conditions, { status, types }: IntegrationFilter, order: SearchOrder): string {
  const { direction, after } = order;
  const beyond = after ? `AND ${after(where, 'i.created_at', 'i.id')}` : '';
  const having = (chosen: string): string =>
    `SELECT i.created_at AS place, i.id FROM integrations i WHERE i.organization_id = $1 AND ${chosen} ${beyond}`;
  if (status || !types || types.length > MOST_TYPES || order.carried === 'name')
    return having(conditions(where, { status, types }).join(' AND '));
  // Not as one of a list: what an index has of that is in no order.
  const each = types.map((type) => having(`i.integration_type_id = ${where.bind(type)}`));
  return merging(each, `i.created_at${direction}, i.id${direction}`);
}

function conditions(where: Conditions, filter: IntegrationFilter): string[] {
  narrowWithoutWords(where, filter);
  return where.parts.splice(0);
}

const nameOf = (place: number): string => (place === 0 ? 's' : `s${place}`);

/** What is in all of them: in one order each, so that they are read side by side. */
const setsOf = (where: Conditions, words: SearchedWord[], order: SearchOrder): string =>
  words
    .map((word, place) => `(${entriesOf(where, word, order)}) ${nameOf(place)}`)
    .reduce((sets, set, place) => {
      const name = nameOf(place);
      return `${sets} JOIN ${set} ON ${name}.place = s.place AND ${name}.id = s.id`;
    });

/** The same id in each set: what refers to all of them is asked of what is in all of them, and not of each entry of one. */
const idIn = (sets: string[]): string => `greatest(${sets.map((set) => `${set}.id`).join(', ')})`;

/** A step in an index for each that is asked for, and never a join, which may read all that there is instead. */
const lookUps = (where: Conditions, id: string, words: SearchedWord[]): string[] =>
  words.map(
    ({ from, to }) => `(SELECT true FROM integration_terms w WHERE w.organization_id = $1
      AND w.integration_id = ${id} AND w.term >= ${where.bind(from)} AND w.term < ${where.bind(to)} LIMIT 1)`,
  );

const integrationHas = (id: string, conditions: string[]): string[] =>
  conditions.length === 0
    ? []
    : [
        `(SELECT true FROM integrations i WHERE i.organization_id = $1 AND i.id = ${id} AND ${conditions.join(' AND ')})`,
      ];

export interface Search {
  organizationId: string;
  actor: AnyActor;
  filter: IntegrationFilter;
  words: SearchedWord[];
}

/** @param chosen how a filter by status or type is applied */
function places(
  { organizationId, actor, filter, words }: Search,
  order: SearchOrder,
  merged: number,
  chosen: 'as a set' | 'looked up',
): SearchedPlaces {
  const where = visibleTo(actor, organizationId);
  const [, ...seen] = where.parts.splice(0);
  seen.push(...conditions(where, { teamId: filter.teamId }));
  const names = words.slice(0, merged).map((_, place) => nameOf(place));
  let joined = setsOf(where, words.slice(0, merged), order);
  if (filter.status ?? filter.types) {
    if (chosen === 'as a set') {
      // No index of statuses or types has names.
      const place = order.carried === 'name' ? '' : 'AND f.place = s.place';
      joined += ` JOIN (${filtered(where, filter, order)}) f ON f.id = s.id ${place}`;
      names.push('f');
    } else seen.push(...conditions(where, { status: filter.status, types: filter.types }));
  }
  const id = idIn(names);
  const found = [...lookUps(where, id, words.slice(merged)), ...integrationHas(id, seen)];
  const { direction } = order;
  const sql = `SELECT DISTINCT s.place, s.id FROM ${joined} ${found.length > 0 ? `WHERE ${found.join(' AND ')}` : ''}
    ORDER BY s.place${direction}, s.id${direction}`;
  return { where, sql };
}

/** So few of a type do not work that their words are looked up. */
function broken({ organizationId, actor, filter, words }: Search, order: SearchOrder): SearchedPlaces {
  const where = visibleTo(actor, organizationId);
  narrowWithoutWords(where, filter);
  const place = order.carried === 'name' ? 'i.name COLLATE "C"' : 'i.created_at';
  const few = `SELECT ${place} AS place, i.id FROM integrations i WHERE ${where.sql}`;
  const found = lookUps(where, 's.id', words).join(' AND ');
  const { direction } = order;
  const sql = `SELECT s.place, s.id FROM (${few}) s WHERE ${found} ORDER BY s.place${direction}, s.id${direction}`;
  return { where, sql };
}

/**
 * All that a search finds, read once to be counted as well, however few are in all sets.
 * @returns undefined when that may take long.
 */
export function everyPlace(search: Search, order: SearchOrder): SearchedPlaces | undefined {
  const { status, types } = search.filter;
  if (isFew(search.words[0]!)) return places(search, order, 1, 'looked up');
  if (types && status && status !== 'active') return broken(search, order);
  return search.words.some(isVast) ? undefined : places(search, order, MOST_MERGED, 'as a set');
}

/**
 * The same from the beginning, or from where the page begins, as far as somebody reads.
 * @returns undefined when it is not in order before all is read.
 */
export const firstPlaces = (search: Search, order: SearchOrder): SearchedPlaces | undefined =>
  search.words.some(({ terms }) => !terms)
    ? undefined
    : places(search, order, MOST_MERGED, order.carried === 'name' ? 'looked up' : 'as a set');

import type { Conditions } from '../integration-queries.js';
import type { ListPosition, Sort } from './list-cursor.js';

/** What words carry of their integrations, so that these are not read to be sorted. */
export type Carried = 'name' | 'created_at';

export interface ListOrder {
  /** What an index of the integrations `i` has it by. */
  key: string;
  /** The same as a cursor says it. */
  text: string;
  /** Words of a search have it. */
  carried?: Carried;
  /** Of each part of the order. */
  direction: '' | ' DESC';
  /** True of a place and an id that come after where the page before ended; where there is one. */
  after?: (where: Conditions, place: string, id: string) => string;
}

const TIME = `to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const CHECKED = "coalesce(i.last_checked_at, '-infinity')";

interface Key extends Pick<ListOrder, 'key' | 'text' | 'carried'> {
  /** What a cursor said. */
  value: (parameter: string) => string;
}

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

export function orderOf(sort: Sort, ended: ListPosition | undefined): ListOrder {
  const descending = sort.startsWith('-');
  const { value, ...key } = KEYS[descending ? sort.slice(1) : sort]!;
  const beyond = descending ? '<' : '>';
  const after = ended
    ? (where: Conditions, place: string, id: string) =>
        `(${place}, ${id}) ${beyond} (${value(where.bind(ended.value))}, ${where.bind(ended.id)}::uuid)`
    : undefined;
  return { ...key, direction: descending ? ' DESC' : '', after };
}

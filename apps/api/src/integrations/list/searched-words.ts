import type { EntityManager } from 'typeorm';
import { prefixRange } from '../search-terms.js';

/** More words that begin alike are not merged. */
const MOST_ALIKE = 8;
/** What so few entries have is looked up in whatever else is searched for. */
const FEW = 300;
/** More entries of words that are not merged are not sorted either. */
const MOST_SORTED = 20_000;

/** A word of a search, and what the words that begin with it are like in this organisation. */
export interface SearchedWord {
  from: string;
  to: string;
  /** Each of them, unless there are more than are merged. */
  terms: string[] | undefined;
  /** How many entries they have, counted as far as it matters. */
  entries: number;
}

/** Words are found one step in the index each, however many integrations have them. */
const LOOK_UP = `SELECT alike.terms, (
    SELECT count(*)::int FROM (
      SELECT 1 FROM integration_terms w WHERE w.organization_id = $1 AND w.term >= low AND w.term < high
      LIMIT CASE WHEN cardinality(alike.terms) > ${MOST_ALIKE} THEN $4::int ELSE ${FEW} END + 1) AS counted
  ) AS entries
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked (low, high, place), LATERAL (SELECT ARRAY(
    WITH RECURSIVE next (term) AS (
      (SELECT w.term FROM integration_terms w WHERE w.organization_id = $1 AND w.term >= low AND w.term < high
       ORDER BY w.term LIMIT 1)
      UNION ALL
      SELECT (SELECT w.term FROM integration_terms w
              WHERE w.organization_id = $1 AND w.term > n.term AND w.term < high ORDER BY w.term LIMIT 1)
      FROM next n WHERE n.term IS NOT NULL)
    SELECT term FROM next WHERE term IS NOT NULL LIMIT ${MOST_ALIKE + 1}) AS terms) AS alike
  ORDER BY place`;

/**
 * What is rarest first, so far as that was counted; the longest says the most, as a rule.
 * @param isMuch what has all words is known to be so much that nothing will be sorted
 */
export async function lookUp(
  manager: EntityManager,
  organizationId: string,
  words: string[],
  isMuch: boolean,
): Promise<SearchedWord[]> {
  const ranges = words.toSorted((a, b) => b.length - a.length).map(prefixRange);
  const found = await manager.query<{ terms: string[]; entries: number }[]>(LOOK_UP, [
    organizationId,
    ranges.map(([from]) => from),
    ranges.map(([, to]) => to),
    isMuch ? FEW : MOST_SORTED,
  ]);
  return found
    .map(({ terms, entries }, place) => {
      const [from, to] = ranges[place]!;
      return { from, to, entries, terms: terms.length > MOST_ALIKE ? undefined : terms };
    })
    .toSorted((a, b) => Number(isFew(b)) - Number(isFew(a)));
}

export const isFew = ({ entries }: SearchedWord): boolean => entries <= FEW;

/** Too many words, of too many integrations. */
export const isVast = ({ terms, entries }: SearchedWord): boolean => !terms && entries > MOST_SORTED;

const LONGEST_TERM = 64;
const MOST_TERMS = 100;
/** Sorts after every continuation of a prefix (the last code point, under the C collation). */
const LAST = '\u{10FFFF}';

/** Lower-case words without accents: `Produktion-Äpfel 2` becomes produktion, apfel, 2. */
export function searchTerms(...texts: (string | null)[]): string[] {
  const words = texts
    .filter((text) => text !== null)
    .join(' ')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => word.slice(0, LONGEST_TERM));
  return [...new Set(words)].slice(0, MOST_TERMS);
}

/** The range of texts that begin with `prefix`: row level security lets an index serve ranges, and not ILIKE. */
export const prefixRange = (prefix: string): [from: string, to: string] => [prefix, `${prefix}${LAST}`];

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefixRange, searchTerms } from './search-terms.js';

/** Order under PostgreSQL's C collation: by the bytes of UTF-8. */
const isBefore = (left: string, right: string): boolean =>
  Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;

describe('search terms', () => {
  it.each<[string, string[]]>([
    ['Produktion-Äpfel 2', ['produktion', 'apfel', '2']],
    ['ARGO argo Argo', ['argo']],
    ['A\u0308pfel', ['apfel']],
    ['ÉCLAIR', ['eclair']],
    ['İstanbul', ['istanbul']],
    ['Straße', ['straße']],
    ['ﬁle №5', ['file', 'no5']],
    ['日本 サーバー', ['日本', 'サーハー']],
    ['a_b.c/d', ['a', 'b', 'c', 'd']],
    ['%_!? --', []],
    ['', []],
    ['\ud800 x', ['x']],
  ])('of %j', (text, terms) => {
    expect(searchTerms(text)).toEqual(terms);
  });

  it('come from all texts, and none from null', () => {
    expect(searchTerms('One two', null, 'Two three')).toEqual(['one', 'two', 'three']);
  });

  it('are cut to 64 characters, and at most 100', () => {
    expect(searchTerms('x'.repeat(500))).toEqual(['x'.repeat(64)]);
    expect(searchTerms(Array.from({ length: 500 }, (_, n) => `w${n}`).join(' '))).toHaveLength(100);
  });

  it('are the same for a text and for its terms', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const terms = searchTerms(text);
        expect(searchTerms(terms.join(' '))).toEqual(terms);
        expect(searchTerms(text.normalize('NFD'))).toEqual(terms);
      }),
    );
  });
});

describe('the range of a prefix', () => {
  const words = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .map((text) => searchTerms(text)[0]);

  it('holds exactly what begins with it', () => {
    fc.assert(
      fc.property(words, words, fc.boolean(), (prefix, other, joined) => {
        fc.pre(prefix !== undefined && other !== undefined);
        const [from, to] = prefixRange(prefix!);
        const word = joined ? `${prefix}${other}` : other!;
        const inside = !isBefore(word, from) && isBefore(word, to);
        expect(inside).toBe(word.startsWith(prefix!));
      }),
    );
  });

  it('holds the prefix itself and what continues it with the last letters there are', () => {
    const [from, to] = prefixRange('prod');
    for (const word of ['prod', 'production', 'prod\u{10FFFD}']) {
      expect(isBefore(word, from)).toBe(false);
      expect(isBefore(word, to)).toBe(true);
    }
    for (const word of ['pro', 'proe', 'q']) expect(!isBefore(word, from) && isBefore(word, to)).toBe(false);
  });
});

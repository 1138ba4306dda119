import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitLinks } from './text-links';

describe('addresses in a text', () => {
  it.each<[string, (string | undefined)[]]>([
    ['Unsuspend it under https://github.com/a/4711.', ['https://github.com/a/4711']],
    ['https://a.example (see http://b.example/c?d=e).', ['https://a.example', 'http://b.example/c?d=e']],
    ['No address at all.', []],
    ['javascript:alert(1) and ftp://a.example stay text', []],
    ['https:// is none', []],
    ['', []],
  ])('%s', (text, hrefs) => {
    expect(splitLinks(text).flatMap(({ href }) => href ?? [])).toEqual(hrefs);
  });

  it('lose nothing of it', () => {
    const texts = fc.array(
      fc.constantFrom('https://a.example/b', 'http://', ' ', '.', 'word', ')', 'https://c'),
    );
    fc.assert(
      fc.property(texts, (words) => {
        const text = words.join('');
        expect(
          splitLinks(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatDuration,
  formatMilliseconds,
  formatPercent,
  formatRelative,
  formatValue,
  humanize,
  plural,
  sentence,
  formatTotal,
} from './format';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

describe('a relative time', () => {
  it.each<[number, string]>([
    [0, 'just now'],
    [-9, 'just now'],
    [5, 'just now'],
    [6, 'in a few seconds'],
    [9, 'in a few seconds'],
    [-10, '10 seconds ago'],
    [-59, '59 seconds ago'],
    [-59.6, '1 minute ago'],
    [-3_599, '59 minutes ago'],
    [-3_600, '1 hour ago'],
    [240, 'in 4 minutes'],
    [7_200, 'in 2 hours'],
    [-86_400 * 29, '29 days ago'],
    [-86_400 * 30, '1 month ago'],
    [-86_400 * 365, '1 year ago'],
  ])('of %d seconds from now is %s', (seconds, text) => {
    expect(formatRelative(at(seconds), NOW)).toBe(text);
  });

  it('names no calendar day: 47 hours ago may be the day before yesterday', () => {
    expect(formatRelative(at(-47 * 3600), NOW)).toBe('1 day ago');
    expect(formatRelative(at(47 * 3600), NOW)).toBe('in 1 day');
  });

  const SIZES: Record<string, number> = {
    second: 1,
    minute: 60,
    hour: 3_600,
    day: 86_400,
    month: 2_592_000,
    year: 31_536_000,
  };

  it('never claims more than has passed, nor a whole unit less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 2_000_000_000 }), fc.boolean(), (seconds, past) => {
        const text = formatRelative(at(past ? -seconds : seconds), NOW);
        const [, count, unit] = /([\d,]+) (\w+?)s?\b/.exec(text) ?? [];
        const size = SIZES[unit ?? ''] ?? Number.NaN;
        const claimed = Number(count?.replace(',', '')) * size;
        expect(text.endsWith(' ago')).toBe(past);
        expect(claimed).toBeLessThanOrEqual(seconds);
        expect(claimed + size).toBeGreaterThan(seconds);
      }),
    );
  });
});

describe('a response time', () => {
  it.each<[number, string]>([
    [0, '0 ms'],
    [84.4, '84 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [1000, '1.0 s'],
    [1249, '1.2 s'],
    [61_000, '61.0 s'],
  ])('of %d is %s', (value, text) => {
    expect(formatMilliseconds(value)).toBe(text);
  });
});

describe('a duration', () => {
  it.each<[number, string]>([
    [-90, 'under a minute'],
    [29, 'under a minute'],
    [30, '1 min'],
    [59 * 60, '59 min'],
    [59.5 * 60, '1 h'],
    [2 * 3600 + 300, '2 h 5 min'],
    [24 * 3600 - 20, '1 d'],
    [49 * 3600 + 59 * 60, '2 d 1 h'],
  ])('of %d seconds is %s', (seconds, text) => {
    expect(formatDuration(at(0), at(seconds))).toBe(text);
  });
});

describe('a percentage', () => {
  it('is 100 only when nothing failed', () => {
    expect(formatPercent(100)).toBe('100 %');
    expect(formatPercent(99.999_999)).toBe('99.99 %');
    expect(formatPercent(0)).toBe('0.00 %');
  });

  it('shows every hundredth as it is', () => {
    for (let hundredths = 0; hundredths < 10_000; hundredths += 1) {
      const text = String(hundredths).padStart(3, '0');
      expect(formatPercent(hundredths / 100)).toBe(`${text.slice(0, -2)}.${text.slice(-2)} %`);
    }
  });

  it('never shows more than the share that worked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(), (checks, seed) => {
        const share = ((seed % checks) / checks) * 100;
        const shown = Number.parseFloat(formatPercent(share));
        expect(shown).toBeLessThan(share + 1e-9);
        expect(shown).toBeGreaterThan(share - 0.01);
      }),
    );
  });
});

describe('a count', () => {
  it.each<[string, string]>([
    [plural(0, 'check'), '0 checks'],
    [plural(1, 'check'), '1 check'],
    [plural(12_345, 'check'), '12,345 checks'],
    [plural(2, 'entry', 'entries'), '2 entries'],
    [plural(1, 'entry', 'entries'), '1 entry'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('the words of an identifier', () => {
  it.each<[string, string]>([
    ['rate_limit_left', 'Rate limit left'],
    ['api_token', 'API token'],
    ['server_url', 'Server URL'],
    ['ci_cd', 'CI/CD'],
    ['oauth2', 'OAuth 2'],
    ['github-actions', 'GitHub actions'],
    ['__a__b__', 'A b'],
    ['', ''],
  ])('%j are %j', (key, words) => {
    expect(humanize(key)).toBe(words);
  });

  it.each(['constructor', 'toString', '__proto__', 'valueOf'])('may be %s', (key) => {
    expect(humanize(`is ${key}`)).not.toMatch(/native code|\[object/);
  });

  it('hold the letters of the identifier, and no separators', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9_]*$/), (key) => {
        fc.pre(!/ci_cd|oauth2/.test(key));
        const words = humanize(key);
        expect(words.replaceAll(' ', '').toLowerCase()).toBe(key.replaceAll('_', ''));
      }),
    );
  });
});

describe('a value of a detail', () => {
  it.each<[unknown, string]>([
    [null, '–'],
    [undefined, '–'],
    ['', '–'],
    [[], '–'],
    [0, '0'],
    [12_345, '12,345'],
    [false, 'No'],
    [true, 'Yes'],
    ['v1.2', 'v1.2'],
    [['a', 2, true], 'a, 2, Yes'],
    [{ a: 1 }, '{"a":1}'],
  ])('%j is shown as %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it('is never an empty text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(formatValue(value)).not.toBe('');
      }),
    );
  });
});

describe('a sentence', () => {
  it.each<[string, string]>([
    ['must be a namespace', 'Must be a namespace.'],
    ['Done.', 'Done.'],
    ['really?', 'Really?'],
    ['öffnen', 'Öffnen.'],
  ])('from %j is %j', (text, expected) => {
    expect(sentence(text)).toBe(expected);
  });

  it('stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(sentence(sentence(text))).toBe(sentence(text));
      }),
    );
  });
});

describe('how many a list has', () => {
  it.each([
    [0, '0'],
    [1234, '1,234'],
    [10_000, '10,000'],
    [10_001, '10,000+'],
    [93_120, '10,000+'],
  ])('%s is shown as %s', (total, text) => {
    expect(formatTotal(total)).toBe(text);
  });
});

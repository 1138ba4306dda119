import { describe, expect, it } from '@jest/globals';
import { parseCsv, readRows } from './import-file.js';
import { UsageError } from './usage.js';

describe('the file of an import', () => {
  it('is CSV as PostgreSQL writes it: quotes, line breaks and commas inside, an empty field for NULL', () => {
    const text = 'name,config,note\r\n"Say ""hi"", all","{""a"": 1}",\nplain,,"two\nlines"\n"",x,"y"';
    expect(parseCsv(text)).toEqual([
      { name: 'Say "hi", all', config: '{"a": 1}', note: null },
      { name: 'plain', config: null, note: 'two\nlines' },
      { name: '', config: 'x', note: 'y' },
    ]);
  });

  it.each([
    ['a JSON array', '[{"name": "A"}, {"name": "B"}]'],
    ['JSON lines', '{"name": "A"}\n\n{"name": "B"}\n'],
    ['CSV', 'name\nA\nB\n'],
    ['CSV with a byte order mark', '\uFEFFname\nA\nB'],
  ])('may be %s', (_, text) => {
    expect(readRows(text)).toEqual([
      { number: 1, fields: { name: 'A' } },
      { number: 2, fields: { name: 'B' } },
    ]);
  });

  it('may be empty', () => {
    expect([readRows(''), readRows('[]'), readRows('name,config\n')]).toEqual([[], [], []]);
  });

  it.each([
    ['a quote that never ends', 'name\n"A'],
    ['text behind a quote', 'name\n"A"B'],
    ['half an array', '[{"name": "A"}'],
    ['a line that is no JSON', '{"name": "A"}\n{"name"'],
    ['an array of texts', '["A"]'],
  ])('is told apart from %s', (_, text) => {
    expect(() => readRows(text)).toThrow(UsageError);
  });
});

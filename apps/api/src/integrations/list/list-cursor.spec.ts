import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../common/app-error.js';
import { decodeListCursor, encodeListCursor, type Sort } from './list-cursor.js';

const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';
const AT = '2026-01-15T10:00:00.123456Z';
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor of a list', () => {
  it('brings back the name it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }), fc.uuid(), (name, id) => {
        fc.pre(!name.includes('\0'));
        const position = { sort: '-name' as const, value: name, id };
        expect(decodeListCursor(encodeListCursor(position), '-name')).toEqual(position);
      }),
    );
  });

  it.each<[Sort, string | null]>([
    ['created_at', AT],
    ['-last_checked_at', AT],
    ['last_checked_at', null],
  ])('brings back a time: %s %s', (sort, value) => {
    expect(decodeListCursor(encodeListCursor({ sort, value, id: ID }), sort)).toEqual({
      sort,
      value,
      id: ID,
    });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', 'nonsense'],
    ['no list', encoded({ sort: 'created_at', value: AT, id: ID })],
    ['null', encoded(null)],
    ['another order', encoded(['-created_at', AT, ID])],
    ['no id', encoded(['created_at', AT, `${ID}'`])],
    ['no time', encoded(['created_at', 'yesterday', ID])],
    ['a day that is none', encoded(['created_at', '2026-02-30T10:00:00.123456Z', ID])],
    ['a time that is none', encoded(['created_at', '2026-02-20T25:00:00.123456Z', ID])],
    ['no value where there always is one', encoded(['created_at', null, ID])],
    ['a number', encoded(['created_at', 5, ID])],
  ])('that is none of this list is refused: %s', (_, cursor) => {
    expect(() => decodeListCursor(cursor, 'created_at')).toThrow(AppError);
  });

  it.each(['a\0b', 'half \ud800'])('is refused with a name that nothing can have', (name) => {
    const cursor = Buffer.from(JSON.stringify(['name', name, ID])).toString('base64url');
    expect(() => decodeListCursor(cursor, 'name')).toThrow(AppError);
  });
});

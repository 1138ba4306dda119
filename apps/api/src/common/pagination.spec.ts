import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from './app-error.js';
import { cursorPage, decodeCursor, encodeCursor } from './pagination.js';

const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';
const encoded = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('brings back the position it was made of', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z') }),
        fc.uuid(),
        (at, id) => {
          const cursor = encodeCursor({ at, id });
          expect(decodeCursor(cursor)).toEqual({ at, id });
          expect(cursor).toMatch(/^[\w-]{1,200}$/);
        },
      ),
    );
  });

  it('that is left out means the beginning', () => {
    expect(decodeCursor(undefined)).toBeUndefined();
  });

  it.each([
    '',
    'nonsense',
    '%00',
    encoded('2026-01-01T00:00:00.000Z'),
    encoded(`2026-01-01T00:00:00.000Z ${ID.slice(1)}`),
    encoded(`never ${ID}`),
    encoded(`2026-01-01T00:00:00.000Z x'; DROP TABLE users --`),
    encoded(`2026-99-99T00:00:00.000Z ${ID}`),
  ])('that is none of ours is refused: %j', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(AppError);
    expect(() => decodeCursor(cursor)).toThrow('is not a cursor of this list');
  });
});

describe('a page', () => {
  const rows = Array.from({ length: 5 }, (_, number) => ({
    id: ID.replace(/^\d/, String(number)),
    at: new Date(number),
  }));

  it('leads to the next when there was one row more than asked for', () => {
    const { rows: page, nextCursor } = cursorPage(rows, 4);
    expect(page).toEqual(rows.slice(0, 4));
    expect(decodeCursor(nextCursor!)).toEqual({ at: rows[3]!.at, id: rows[3]!.id });
  });

  it('is the last when there was not', () => {
    expect(cursorPage(rows, 5)).toEqual({ rows, nextCursor: null });
    expect(cursorPage([], 5)).toEqual({ rows: [], nextCursor: null });
  });
});

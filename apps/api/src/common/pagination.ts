import { AppError } from './app-error.js';
import { BooleanField, IntegerField, QueryIntegerField, TextField } from './fields.js';

/** Lists page by number. */
export class PageQuery {
  @QueryIntegerField({ min: 1, max: 10_000, fallback: 1, description: 'The page, from 1.' })
  page = 1;

  @QueryIntegerField({ min: 1, max: 100, fallback: 20, description: 'Entries on a page.' })
  per_page = 20;
}

export class Pagination {
  @IntegerField({ example: 42 })
  total: number;

  @BooleanField({
    optional: true,
    description:
      'True where there are more than 10,000: `total` is an estimate then, and never less than 10,001.',
  })
  total_is_estimate?: boolean;

  @IntegerField({ example: 1 })
  page: number;

  @IntegerField({ example: 20 })
  per_page: number;
}

/** Logs page by cursor. */
export class CursorQuery {
  @TextField({ optional: true, max: 200, description: '`next_cursor` of the answer before.' })
  cursor?: string;

  @QueryIntegerField({ min: 1, max: 100, fallback: 50, description: 'Entries at most.' })
  limit = 50;
}

export interface CursorPosition {
  at: Date;
  id: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const encodeCursor = (position: CursorPosition): string =>
  Buffer.from(`${position.at.toISOString()} ${position.id}`).toString('base64url');

/** @throws AppError VALIDATION_FAILED when the cursor is not one of ours. */
export function decodeCursor(cursor: string | undefined): CursorPosition | undefined {
  if (cursor === undefined) return undefined;
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const at = new Date(time);
  if (Number.isNaN(at.getTime()) || !UUID.test(id)) {
    throw AppError.invalid({
      cursor: ['is not a cursor of this list; leave it out to start from the beginning'],
    });
  }
  return { at, id };
}

/** Cuts one row more than asked into a page and the cursor of the next. */
export function cursorPage<T extends CursorPosition>(
  rows: T[],
  limit: number,
): { rows: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? encodeCursor(last) : null };
}

import { AppError } from '../../common/app-error.js';

export const SORTS = [
  'name',
  '-name',
  'created_at',
  '-created_at',
  'last_checked_at',
  '-last_checked_at',
] as const;
export type Sort = (typeof SORTS)[number];

/** Where a page ended: the value that the list is sorted by, and the id of its last row. */
export interface ListPosition {
  sort: Sort;
  /** A text, or a time in UTC to the microsecond; null before all times. */
  value: string | null;
  id: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** A day that the month does not have would be taken for one of the next. */
function isTime(text: string): boolean {
  const at = new Date(text);
  return (
    TIME.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 19) === text.slice(0, 19)
  );
}

function isValue(sort: Sort, value: unknown): value is string | null {
  if (value === null) return sort.endsWith('last_checked_at');
  if (typeof value !== 'string') return false;
  if (!sort.endsWith('name')) return isTime(value);
  return value.isWellFormed() && !value.includes('\0');
}

export const encodeListCursor = ({ sort, value, id }: ListPosition): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');

/** @throws AppError VALIDATION_FAILED when the cursor is not one of this list in this order. */
export function decodeListCursor(cursor: string, sort: Sort): ListPosition {
  try {
    const [of, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (of === sort && isValue(sort, value) && typeof id === 'string' && UUID.test(id))
      return { sort, value, id };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw AppError.invalid({
    cursor: ['is not a cursor of this list in this order; leave it out to start from the beginning'],
  });
}

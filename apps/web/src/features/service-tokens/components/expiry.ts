/** When a new token ends. */
export const EXPIRY_CHOICES = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'On a date…' },
  { value: 'never', label: 'Never' },
] as const;

export type ExpiryChoice = (typeof EXPIRY_CHOICES)[number]['value'];

export interface Expiry {
  choice: ExpiryChoice;
  /** `2026-01-31`, for a date of one's own. */
  date: string;
}

export const DEFAULT_EXPIRY: Expiry = { choice: '90', date: '' };

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The last moment of a day, where the person is. */
function endOfDay(date: string): Date | undefined {
  const [, year, month, day] = DATE.exec(date) ?? [];
  if (year === undefined) return undefined;
  const end = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59);
  return end.getMonth() === Number(month) - 1 ? end : undefined;
}

/** When it ends: null for never, undefined when the date is missing, none, or past. */
export function expiresAt({ choice, date }: Expiry, now: number): Date | null | undefined {
  if (choice === 'never') return null;
  if (choice !== 'date') return new Date(now + Number(choice) * DAY_MS);
  const end = endOfDay(date);
  return end && end.getTime() > now ? end : undefined;
}

/** Whether it ends within a week and has not ended yet. */
export function endsSoon(expires: string | null, now: number): boolean {
  if (!expires) return false;
  const left = new Date(expires).getTime() - now;
  return left > 0 && left <= SOON_MS;
}

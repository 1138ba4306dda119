import { describe, expect, it } from '@jest/globals';
import { DEFAULT_EXPIRY, endsSoon, expiresAt } from './expiry';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

describe('when a new token ends', () => {
  it('is in 90 days unless somebody chooses otherwise', () => {
    expect(expiresAt(DEFAULT_EXPIRY, NOW)).toEqual(new Date(NOW + 90 * DAY));
  });

  it('may be never, and then it is null', () => {
    expect(expiresAt({ choice: 'never', date: '' }, NOW)).toBeNull();
  });

  it('is the end of the chosen day where the person is', () => {
    expect(expiresAt({ choice: 'date', date: '2026-04-02' }, NOW)).toEqual(new Date(2026, 3, 2, 23, 59, 59));
  });

  it.each(['', 'soon', '2026-02-31', '2026-02-28', '2026-13-01'])('is not known for “%s”', (date) => {
    expect(expiresAt({ choice: 'date', date }, NOW)).toBeUndefined();
  });
});

describe('the warning', () => {
  it.each([
    [null, false],
    [NOW + 8 * DAY, false],
    [NOW + 7 * DAY, true],
    [NOW + 1, true],
    [NOW - 1, false],
  ])('of %j is %j', (at, soon) => {
    expect(endsSoon(at === null ? null : new Date(at).toISOString(), NOW)).toBe(soon);
  });
});

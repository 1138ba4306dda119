import { describe, expect, it } from '@jest/globals';
import type { KeyRotation } from '../api/types';
import { percentOf, rateOf, timeLeft, titleOf, withSample } from './progress';

const rotation = (values: Partial<KeyRotation>): KeyRotation => ({
  id: '1',
  kind: 'organization',
  organization_id: '2',
  organization_name: 'Acme',
  from: '1',
  to: '2',
  state: 'running',
  total: 100,
  done: 0,
  skipped: 0,
  error: null,
  report: {},
  started_by: null,
  started_at: '2026-03-01T12:00:00Z',
  updated_at: '2026-03-01T12:00:00Z',
  finished_at: null,
  retired_at: null,
  ...values,
});

describe('the speed of a rotation', () => {
  it('is not told from a moment', () => {
    expect(rateOf([])).toBeNull();
    expect(rateOf([{ at: 0, done: 5 }])).toBeNull();
    expect(rateOf(withSample([{ at: 0, done: 5 }], { at: 500, done: 9 }))).toBeNull();
  });

  it('is of the last seconds alone', () => {
    const samples = [0, 1000, 2000].map((at) => ({ at, done: at / 10 }));
    expect(rateOf(samples)).toBe(100);
    const later = withSample(samples, { at: 11_500, done: 1150 });
    expect(later.map(({ at }) => at)).toEqual([2000, 11_500]);
  });

  it('begins again when the work does', () => {
    expect(withSample([{ at: 0, done: 50 }], { at: 1000, done: 3 })).toEqual([{ at: 1000, done: 3 }]);
  });

  it('is not told when nothing moves', () => {
    expect(
      rateOf([
        { at: 0, done: 5 },
        { at: 5000, done: 5 },
      ]),
    ).toBeNull();
  });
});

describe('what is shown of it', () => {
  it.each([
    [{ done: 0, total: 0 }, 0],
    [{ done: 50 }, 50],
    [{ done: 98, skipped: 2 }, 99],
    [{ done: 0, total: 0, state: 'completed' as const }, 100],
  ])('%j is %i percent', (values, percent) => {
    expect(percentOf(rotation(values))).toBe(percent);
  });

  it.each([
    [10, 'less than a minute left'],
    [1, 'about 2 minutes left'],
    [0.01, 'about 3 hours left'],
    [null, null],
  ])('at %j a second: %j', (rate, words) => {
    expect(timeLeft(rotation({}), rate)).toBe(words);
  });

  it('is named by what it is about', () => {
    expect(titleOf(rotation({}))).toBe('Rotation of Acme: version 1 to 2');
    expect(titleOf(rotation({ kind: 'verification', organization_id: null, organization_name: null }))).toBe(
      'Verification of every organisation',
    );
    expect(titleOf(rotation({ kind: 'root' }))).toBe('Rotation of the root key');
  });
});

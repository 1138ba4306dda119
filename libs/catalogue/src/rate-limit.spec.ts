import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOW } from '../test/support.js';
import type { ResetFormat } from './manifest.js';
import { secondsUntilReset } from './rate-limit.js';

const inMinute = NOW + 60_000;

describe('secondsUntilReset', () => {
  const readable: [ResetFormat, string, number][] = [
    ['epoch_seconds', String(inMinute / 1000), 60],
    ['epoch_seconds', `${inMinute / 1000}.25`, 61],
    ['epoch_milliseconds', String(inMinute), 60],
    ['delta_seconds', '60', 60],
    ['delta_seconds', ' 59.2 ', 60],
    ['delta_milliseconds', '60000', 60],
    ['duration', '1m0s', 60],
    ['duration', '1h1m1.5s', 3662],
    ['duration', '200ms', 1],
    ['iso8601', new Date(inMinute).toISOString(), 60],
    ['http_date', new Date(inMinute).toUTCString(), 60],
    ['auto', '60', 60],
    ['auto', String(inMinute / 1000), 60],
    ['auto', String(inMinute), 60],
    ['auto', '6m0s', 360],
    ['auto', new Date(inMinute).toISOString(), 60],
    ['auto', new Date(inMinute).toUTCString(), 60],
    ['epoch_seconds', '0', 0],
    ['delta_seconds', '99999999', 86_400],
  ];
  it.each(readable)('%s %s', (format, text, expected) => {
    expect(secondsUntilReset(text, format, NOW)).toBe(expected);
  });

  const unreadable: [ResetFormat, string][] = [
    ['epoch_seconds', 'soon'],
    ['epoch_seconds', ''],
    ['delta_seconds', '-5'],
    ['delta_seconds', '1e9'],
    ['duration', '6 minutes'],
    ['iso8601', '2026'],
    ['http_date', 'never'],
    ['auto', 'soon'],
  ];
  it.each(unreadable)('%s cannot read %j', (format, text) => {
    expect(secondsUntilReset(text, format, NOW)).toBeUndefined();
  });

  it('is a whole number of seconds within a day, whatever a provider says', () => {
    const format = fc.constantFrom<ResetFormat>(
      'auto',
      'epoch_seconds',
      'epoch_milliseconds',
      'delta_seconds',
      'duration',
      'iso8601',
      'http_date',
    );
    const text = fc.oneof(
      fc.string(),
      fc.nat().map(String),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(text, format, (value, kind) => {
        const seconds = secondsUntilReset(value, kind, NOW) ?? 0;
        expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400).toBe(true);
      }),
    );
  });
});

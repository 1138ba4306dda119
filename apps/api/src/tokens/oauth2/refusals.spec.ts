import { describe, expect, it } from '@jest/globals';
import { areFinal, hoursOf, isRefusal, withAnother } from './refusals.js';
import { type TokenOutcome, TokenRequestError } from './token-errors.js';
import type { Refusals } from './token-standing.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const since = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();

describe('refusals in a row', () => {
  it('count from the first, which stays the first', () => {
    const first = withAnother(undefined, { now: NOW - HOUR, tokenRefused: false });
    expect(first).toEqual({ count: 1, since: since(1), token_refused: false });
    const second = withAnother(first, { now: NOW, tokenRefused: true });
    expect(second).toEqual({ count: 2, since: since(1), token_refused: true });
    expect(withAnother(second, { now: NOW, tokenRefused: false }).token_refused).toBe(true);
    expect(hoursOf({ ...first, since: since(6.9) }, NOW)).toBe(6);
  });

  it.each<[Omit<Refusals, 'token_refused'>, boolean]>([
    [{ count: 8, since: since(6) }, true],
    [{ count: 7, since: since(600) }, false],
    [{ count: 800, since: since(5.99) }, false],
    [{ count: 30, since: since(48) }, true],
  ])('%j are the last word: %s', (refusals, final) => {
    expect(areFinal({ ...refusals, token_refused: false }, NOW)).toBe(final);
  });
});

describe('what counts as a refusal', () => {
  const of = (outcome: TokenOutcome, kind: 'auth' | 'not_found' | 'config' = 'auth', code?: string) =>
    new TokenRequestError(outcome, kind, 'reason', { code });

  it.each<[string, boolean, unknown]>([
    ['an error that nobody knows', true, of('refused')],
    ['an incomplete request', true, of('refused', 'config', 'invalid_request')],
    ['no token endpoint', false, of('refused', 'not_found')],
    ['no such grant', false, of('refused', 'config', 'unsupported_grant_type')],
    ['a refused client', false, of('client_refused')],
    ['no answer', false, of('unavailable')],
    ['an unusable answer', false, of('malformed')],
    ['a dead refresh token', false, of('dead')],
    ['a fault of ours', false, new Error('ours')],
  ])('%s: %s', (_, counts, error) => {
    expect(isRefusal(error)).toBe(counts);
  });
});

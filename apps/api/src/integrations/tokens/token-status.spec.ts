import { describe, expect, it } from '@jest/globals';
import { type TokenFacts, tokenStatus } from './token-status.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const inHours = (hours: number): Date => new Date(NOW + hours * HOUR);

const oauth = (facts: Partial<TokenFacts>): TokenFacts => ({
  credentialType: 'oauth2',
  state: 'active',
  expiresAt: inHours(1),
  hasToken: true,
  refreshable: true,
  refreshFailures: 0,
  needsReauth: false,
  ...facts,
});

const stored = (facts: Partial<TokenFacts>): TokenFacts =>
  oauth({ credentialType: 'mtls', hasToken: false, refreshable: false, ...facts });

describe('the status of a token', () => {
  it.each<[string, TokenFacts, string]>([
    ['one of an hour that renews itself', oauth({}), 'valid'],
    ['one of an hour whose renewal has been failing', oauth({ refreshFailures: 1 }), 'expiring'],
    ['one of an hour that nothing renews', oauth({ refreshable: false }), 'expiring'],
    ['one of a week that nothing renews', oauth({ refreshable: false, expiresAt: inHours(168) }), 'valid'],
    ['one of a week whose renewal fails', oauth({ refreshFailures: 3, expiresAt: inHours(168) }), 'valid'],
    ['one that has ended', oauth({ expiresAt: inHours(-1) }), 'expired'],
    ['one that ends this moment', oauth({ expiresAt: new Date(NOW) }), 'expired'],
    ['one without a known end', oauth({ expiresAt: null }), 'valid'],
    [
      'one that its provider refused, without a known end',
      oauth({ expiresAt: null, state: 'expired' }),
      'expired',
    ],
    ['one that was withdrawn', oauth({ state: 'revoked' }), 'revoked'],
    ['one that is refused though it has not ended', oauth({ needsReauth: true }), 'revoked'],
    ['one without a known end that is refused', oauth({ expiresAt: null, needsReauth: true }), 'revoked'],
    [
      'one that is refused since it has ended',
      oauth({ expiresAt: inHours(-1), needsReauth: true }),
      'expired',
    ],
    [
      'none, since nobody has consented',
      oauth({ hasToken: false, expiresAt: null, needsReauth: true }),
      'unauthorized',
    ],
    ['none, since nobody has consented', oauth({ hasToken: false, expiresAt: null }), 'unauthorized'],
    ['one that is being renewed', oauth({ state: 'refreshing' }), 'valid'],
    ['an API key', stored({ credentialType: 'api_token', expiresAt: null }), 'none'],
    ['a certificate that ends tomorrow', stored({ expiresAt: inHours(23) }), 'expiring'],
    ['a certificate that ends in a month', stored({ expiresAt: inHours(720) }), 'valid'],
    ['a certificate that has ended', stored({ expiresAt: inHours(-2) }), 'expired'],
    ['no credential', stored({ credentialType: null, state: null, expiresAt: null }), 'none'],
  ])('of %s', (_, facts, status) => {
    expect(tokenStatus(facts, NOW)).toBe(status);
  });
});

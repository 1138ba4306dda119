import { describe, expect, it } from '@jest/globals';
import type { TokenHealth } from '../api/types';
import { meaningOf, tokenWords, withheld } from './token-words';

const health = (changes: Partial<TokenHealth>) => ({ scopes_asked: [], ...changes }) as TokenHealth;

describe('a token that runs out', () => {
  it('is no reason to act where it is renewed', () => {
    expect(meaningOf(health({ status: 'expiring', refreshable: true }))).toMatch(/renewed/);
    expect(meaningOf(health({ status: 'expiring', refreshable: false }))).toBe(tokenWords('expiring').means);
    expect(meaningOf(health({ status: 'expired', refreshable: true }))).toMatch(/has not worked/);
  });
});

describe('permissions that were not granted', () => {
  it('are those that were asked for and are missing', () => {
    expect(withheld(health({ scopes_asked: ['a', 'b'], scopes_granted: ['b', 'c'] }))).toEqual(['a']);
  });

  it('are none while the service does not say', () => {
    expect(withheld(health({ scopes_asked: ['a'], scopes_granted: null }))).toEqual([]);
  });
});

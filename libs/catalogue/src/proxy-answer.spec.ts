import { describe, expect, it } from '@jest/globals';
import { manifestOf, NOW, response } from '../test/support.js';
import { judgeProxyAnswer, looksIntoBodies } from './proxy-answer.js';

const judge = (type: string, ...answer: Parameters<typeof response>) =>
  judgeProxyAnswer(manifestOf(type), response(...answer), NOW);

const seconds = Math.floor(NOW / 1000);

describe('judgeProxyAnswer', () => {
  it('sees nothing in a plain success', () => {
    expect(judge('github', 200, { login: 'ada' })).toEqual({
      tokenDead: false,
      throttledSeconds: undefined,
      rateLimit: undefined,
    });
  });

  it.each([
    ['github', 401, ''],
    ['generic_http', 401, 'whatever'],
    ['slack', 401, ''],
    ['slack', 200, { ok: false, error: 'token_expired' }],
  ])('sees a dead token of %s in %d %j', (type, status, body) => {
    expect(judge(type, status, body).tokenDead).toBe(true);
  });

  it.each([
    ['github', 403, ''],
    ['slack', 200, { ok: false, error: 'missing_scope' }],
    ['slack', 200, ''],
  ])('sees none of %s in %d %j', (type, status, body) => {
    expect(judge(type, status, body).tokenDead).toBe(false);
  });

  it.each([
    ['a Retry-After in seconds', 'github', 429, '', { 'retry-after': '7' }, 7],
    ['a Retry-After as a date', 'github', 429, '', { 'retry-after': 'Fri, 02 Jan 2026 03:05:05 GMT' }, 60],
    ['the reset header of the type', 'github', 429, '', { 'x-ratelimit-reset': String(seconds + 90) }, 90],
    [
      'a 403 with nothing left',
      'github',
      403,
      '',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(seconds + 5) },
      5,
    ],
    ['a 403 with Retry-After', 'github', 403, '', { 'retry-after': '60' }, 60],
    ['a sign in the body', 'slack', 200, { ok: false, error: 'ratelimited' }, { 'retry-after': '3' }, 3],
    ['a limit that names no time', 'github', 429, '', {}, 30],
  ])('reads %s', (_what, type, status, body, headers, expected) => {
    expect(judge(type, status, body, headers as unknown as Record<string, string>)).toMatchObject({
      tokenDead: false,
      throttledSeconds: expected,
    });
  });

  it('reads what is left of the limit', () => {
    const headers = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4999',
      'x-ratelimit-reset': String(seconds + 60),
    };
    expect(judge('github', 200, '', headers).rateLimit).toEqual({
      limit: 5000,
      remaining: 4999,
      resetSeconds: 60,
    });
    expect(judge('github', 200, '', { 'x-ratelimit-remaining': 'many' }).rateLimit).toBeUndefined();
    expect(judge('github', 200, '', { 'x-ratelimit-remaining': '3' }).rateLimit).toEqual({
      limit: null,
      remaining: 3,
      resetSeconds: null,
    });
  });

  it('knows the types whose bodies must be read', () => {
    expect(
      ['github', 'slack', 'argocd', 'generic_http'].filter((type) => looksIntoBodies(manifestOf(type))),
    ).toEqual(['slack', 'argocd']);
  });
});

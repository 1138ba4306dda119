import { describe, expect, it } from '@jest/globals';
import { failureWords, flowWords } from './connect-outcomes';
import { CONNECT_FLOWS } from './connect-result';

/** Those that the API ends a flow with. */
const CODES = [
  'OAUTH_DENIED',
  'OAUTH_STATE_INVALID',
  'OAUTH_STATE_EXPIRED',
  'OAUTH_STATE_USED',
  'OAUTH_EXCHANGE_FAILED',
  'OAUTH_SCOPE_MISSING',
  'OAUTH_PROVIDER_ERROR',
  'CONNECTION_FAILED',
  'NOT_FOUND',
  'FORBIDDEN',
  'CONFLICT',
  'UNAVAILABLE',
];

describe('how a flow failed', () => {
  const words = (code?: string) => failureWords({ flow: 'connect', code });

  it.each(CODES)('is told in words of its own for %s', (code) => {
    const { title, text } = words(code);
    expect(title).not.toBe(words().title);
    expect(`${title} ${text}`).not.toContain(code);
    expect(text).toMatch(/\.$/);
  });

  it.each(['INTERNAL', 'SOMETHING_NEW', 'constructor', 'toString', '__proto__', undefined])(
    'is told in general for %s',
    (code) => expect(words(code)).toMatchObject({ title: 'The connection was not made', remedy: 'again' }),
  );

  it('names what to press', () => {
    expect(words('OAUTH_DENIED').remedy).toBe('again');
    expect(words('OAUTH_STATE_USED').remedy).toBe('open');
    expect(words('OAUTH_EXCHANGE_FAILED').remedy).toBe('client');
    expect(words('NOT_FOUND').remedy).toBe('list');
  });

  it.each(CONNECT_FLOWS)('has words for the good ends of %s', (flow) => {
    for (const { title, text } of [flowWords(flow).connected, flowWords(flow).pending]) {
      expect(title).not.toBe('');
      expect(text).not.toBe('');
    }
  });
});

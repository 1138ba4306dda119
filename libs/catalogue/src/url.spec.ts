import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { manifestOf, wayOf } from '../test/support.js';
import { renderBaseUrl } from './request.js';
import { ConfigurationError, joinUrl } from './url.js';

describe('joinUrl', () => {
  it.each([
    ['https://a.example', '/x', 'https://a.example/x'],
    ['https://a.example/', '/x', 'https://a.example/x'],
    ['https://a.example/root//', '/x', 'https://a.example/root/x'],
    ['https://a.example/root', '', 'https://a.example/root'],
    ['https://a.example/root', 'x', 'https://a.example/root/x'],
    ['https://a.example', '/x?b=1', 'https://a.example/x?b=1'],
    ['http://127.0.0.1:8080/a', '/b', 'http://127.0.0.1:8080/a/b'],
    ['http://[::1]:9090', '/b', 'http://[::1]:9090/b'],
    ['https://a.example', '//evil.example/x', 'https://a.example//evil.example/x'],
    ['https://a.example', '/group%2Fproject', 'https://a.example/group%2Fproject'],
    ['https://a.example', '/https://evil.example', 'https://a.example/https://evil.example'],
  ])('%s + %s', (base, path, expected) => {
    expect(joinUrl(base, path)).toBe(expected);
  });

  it('adds a query to the one there is', () => {
    expect(joinUrl('https://a.example', '/x?b=1&c=2', { c: '3 4', d: '&' })).toBe(
      'https://a.example/x?b=1&c=3+4&d=%26',
    );
  });

  it.each([
    '/..',
    '/a/../../b',
    '/%2e%2e/b',
    '/%2E./b',
    '/a%2f..%2fb',
    '/%252e%252e/b',
    '/..%5cb',
    '/a\\b',
    '/a b',
    '/a\nb',
    '/a#b',
    '/%zz',
    '/./a',
  ])('refuses the path %j', (path) => {
    expect(() => joinUrl('https://a.example/root', path)).toThrow(ConfigurationError);
  });

  it.each([
    '',
    'a.example',
    'ftp://a.example',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://user:pass@a.example',
    'https://user@a.example',
    'https://a.example?x=1',
    'https://a.example#x',
    'https://a.example\\@evil.example',
    ' https://a.example',
    'https://',
  ])('refuses the base %j', (base) => {
    expect(() => joinUrl(base, '/x')).toThrow(ConfigurationError);
  });

  it('never leaves the base, whatever the path', () => {
    const piece = fc.constantFrom(
      '/',
      '..',
      '.',
      '%2e',
      '%2F',
      '%5c',
      '//',
      '@',
      'evil.example',
      ':',
      '?',
      '&',
      'a',
      '%',
      '%25',
      ';',
      '\\',
      'é',
    );
    const path = fc.oneof(
      fc.string(),
      fc.webPath(),
      fc.array(piece).map((parts) => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(fc.webUrl(), path, fc.dictionary(fc.string(), fc.string()), (root, text, query) => {
        const base = `${root}/base`;
        let joined: URL;
        try {
          joined = new URL(joinUrl(base, text, query));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          return;
        }
        const allowed = new URL(base);
        expect(joined.origin).toBe(allowed.origin);
        expect(joined.pathname.startsWith(allowed.pathname.replace(/\/+$/, ''))).toBe(true);
        expect(joined.username + joined.password + joined.hash).toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

describe('renderBaseUrl', () => {
  it('takes the first address that no value is missing for', () => {
    const aws = manifestOf('aws');
    const base = (config: Record<string, string>) =>
      renderBaseUrl(aws, wayOf(aws), { config, credentials: {} });
    const known = { region: 'eu-central-1', service: 'sqs' };
    expect(base(known)).toBe('https://sqs.eu-central-1.amazonaws.com');
    expect(base({ ...known, endpoint: 'https://aws.example.com' })).toBe('https://aws.example.com');
    expect(base({})).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { configFor, manifestOf, usableFor, wayOf } from '../test/support.js';
import { buildProxyRequest, ProxyRefusal } from './proxy-request.js';

const manifest = manifestOf('generic_http');
const way = wayOf(manifest, 'bearer');

const call = (path: string, query = '', base = 'https://api.example.com/v1') =>
  buildProxyRequest(manifest, way, { ...configFor(manifest), base_url: base }, usableFor(manifest, way), {
    path,
    query,
  });

describe('the address of a proxied call', () => {
  it.each([
    ['https://api.example.com/v1', '/', '', 'https://api.example.com/v1/'],
    ['https://api.example.com/v1/', '/a', '', 'https://api.example.com/v1/a'],
    ['https://api.example.com/graphql', '', '', 'https://api.example.com/graphql'],
    ['https://api.example.com/graphql/', '', 'q=1', 'https://api.example.com/graphql?q=1'],
    ['https://api.example.com', '', '', 'https://api.example.com/'],
    ['https://api.example.com', '/a/', 'b=c', 'https://api.example.com/a/?b=c'],
    ['https://api.example.com', '/group%2Fproject/x', '', 'https://api.example.com/group%2Fproject/x'],
    ['https://api.example.com', '/group%2fproject', '', 'https://api.example.com/group%2fproject'],
    ['https://api.example.com', '/a//b', '', 'https://api.example.com/a//b'],
    ['https://api.example.com', '/a;v=1/b,c', '', 'https://api.example.com/a;v=1/b,c'],
    ['https://api.example.com', '/%E2%82%AC', 'q=%E2%82%AC', 'https://api.example.com/%E2%82%AC?q=%E2%82%AC'],
    ['https://api.example.com', '/.well-known/x..y/...', '', 'https://api.example.com/.well-known/x..y/...'],
    ['https://api.example.com', '/@evil.example/', '', 'https://api.example.com/@evil.example/'],
    ['https://api.example.com', '/:80/x', '', 'https://api.example.com/:80/x'],
    ['https://api.example.com', '/https%3A%2F%2Fsite/', '', 'https://api.example.com/https%3A%2F%2Fsite/'],
    ['https://api.example.com', '/a', 'b=1&b=2&c&d=%zz&e=%', 'https://api.example.com/a?b=1&b=2&c&d=%zz&e=%'],
    [
      'https://api.example.com',
      '/a',
      'next=https://evil.example/..',
      'https://api.example.com/a?next=https://evil.example/..',
    ],
    ['http://[::1]:9090', '/b', '', 'http://[::1]:9090/b'],
  ])('%s + %s + %s', (base, path, query, expected) => {
    expect(call(path, query, base).url).toBe(expected);
  });

  it.each([
    'a',
    '//evil.example/x',
    '///evil.example/x',
    '/http://evil.example/x',
    '/HTTPS://evil.example',
    'http://evil.example/x',
    '/..',
    '/.',
    '/a/../b',
    '/a/./b',
    '/%2e%2e/b',
    '/%2E./b',
    '/.%2e',
    '/%252e%252e/b',
    '/%25252e%25252e/b',
    '/a%2f..%2fb',
    '/a%2F%2e%2e%2Fb',
    '/a%252f..%252fb',
    '/..%5cb',
    '/a%5c..%5cb',
    '/..;/admin',
    '/..;jsessionid=1/admin',
    '/..%3b/admin',
    '/..%20/admin',
    '/a\\b',
    '/\\evil.example',
    '/a b',
    '/a\tb',
    '/a\nb',
    '/a%0d%0aHost:%20evil.example',
    '/a%00b',
    '/a%2500b',
    '/a%7f',
    '/a#b',
    '/a%zz',
    '/a%',
    '/a%c0%ae%c0%ae/b',
    '/a%ff',
    '/é',
    '/%2525252525252541',
  ])('refuses the path %j', (path) => {
    expect(() => call(path)).toThrow(ProxyRefusal);
  });

  it.each(['a#b', 'a b', 'a\r\nHost: evil.example', 'é', 'a\0'])('refuses the query %j', (query) => {
    expect(() => call('/', query)).toThrow(ProxyRefusal);
  });

  it('never leaves the base URL, whatever the path', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '.',
        '..',
        '%2e',
        '%2E',
        '%252e',
        '/',
        '//',
        '%2f',
        '%252F',
        '\\',
        '%5c',
        '%255C',
        ';',
        '%3b',
      ),
      fc.constantFrom(
        '@',
        ':',
        'evil.example',
        'http:',
        '?',
        '#',
        '%',
        '%00',
        ' ',
        '\t',
        '%20',
        '[',
        ']',
        '％２ｅ',
      ),
      fc.string({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const base = fc.constantFrom(
      'https://api.example.com',
      'https://api.example.com/root',
      'http://10.0.0.1:8080/a/b/',
    );
    fc.assert(
      fc.property(base, fc.array(part, { maxLength: 12 }), (address, parts) => {
        const path = `/${parts.join('')}`;
        let url: URL;
        try {
          url = new URL(call(path, '', address).url);
        } catch (error) {
          expect(error).toBeInstanceOf(ProxyRefusal);
          return;
        }
        const { origin, pathname } = new URL(address);
        const prefix = pathname.replace(/\/$/, '');
        expect(url.origin).toBe(origin);
        expect(url.username + url.password + url.hash + url.search).toBe('');
        expect(url.pathname.startsWith(`${prefix}/`)).toBe(true);
        for (let text = url.pathname, round = 0; round < 8; round += 1) {
          expect(text.split(/[/\\]/).filter((each) => /^\s*\.{1,2}\s*(;|$)/.test(each))).toEqual([]);
          expect(text).not.toMatch(/\p{Cc}/u);
          try {
            text = decodeURIComponent(text);
          } catch {
            break;
          }
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps every percent code of a path that is in order', () => {
    const segment = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 8 })
      .map((text) => `x${encodeURIComponent(text.toWellFormed())}`);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = `/${segments.join('/')}`;
        fc.pre(!/%25|%[01]|%7F|%C2%[89]|%5C|%2F|%20|%3B/i.test(path));
        expect(call(path).url).toBe(`https://api.example.com/v1${path}`);
      }),
    );
  });
});

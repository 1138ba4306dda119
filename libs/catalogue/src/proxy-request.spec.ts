import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { catalogue, configFor, loadFrom, manifestOf, SECRETS, usableFor, wayOf } from '../test/support.js';
import type { AuthWay, Manifest } from './manifest.js';
import { buildProxyRequest, ProxyRefusal, type ProxyTarget } from './proxy-request.js';
import { ConfigurationError } from './url.js';

const [SECRET] = SECRETS;

function build(
  type: string,
  mode: string | undefined,
  target: Partial<ProxyTarget>,
  config: Record<string, string> = {},
) {
  const manifest = manifestOf(type);
  const way = wayOf(manifest, mode);
  const settings = { ...configFor(manifest), ...config };
  return buildProxyRequest(manifest, way, settings, usableFor(manifest, way), {
    path: '/',
    query: '',
    ...target,
  });
}

const call = (path: string, query = '', base = 'https://api.example.com/v1') =>
  build('generic_http', 'bearer', { path, query }, { base_url: base });

/** A type that is not shipped, with one way and this placement. */
function sample(placement: object): [Manifest, AuthWay] {
  const text = JSON.stringify({
    id: 'sample',
    name: 'Sample',
    description: 'A sample.',
    category: 'other',
    documentation_url: 'https://example.com',
    tags: [],
    config: {},
    auth: [
      {
        id: 'token',
        credential_type: 'api_token',
        title: 'Token',
        description: 'A token.',
        steps: ['Paste it.'],
        schema: {
          required: ['token'],
          properties: { token: { type: 'string', title: 'Token', writeOnly: true, maxLength: 100 } },
        },
        placement,
      },
    ],
    base_url: 'https://api.example.com/root',
    test: [{ id: 'me', request: { path: '/me' } }],
  });
  const manifest = loadFrom('sample.yaml', text).get('sample')!;
  return [manifest, wayOf(manifest)];
}

describe('buildProxyRequest', () => {
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

  it('places the credential in a header, and lets the type’s own headers be replaced', () => {
    expect(build('github', 'access_token', { path: '/user' })).toEqual({
      url: 'https://api.github.com/user',
      base: 'https://api.github.com',
      headers: { Authorization: `Bearer ${SECRET}` },
      defaults: { Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' },
      tlsVerify: true,
    });
    const basic = Buffer.from(`reader:${SECRET}`).toString('base64');
    expect(build('generic_http', 'basic', {}).headers).toEqual({ Authorization: `Basic ${basic}` });
    expect(build('generic_http', 'api_key_header', {}).headers).toEqual({ 'X-API-Key': SECRET });
    expect(build('generic_http', 'client_credentials', {}).headers).toEqual({
      Authorization: `Bearer ${SECRET}`,
    });
  });

  it.each([
    ['', `key=${SECRET}`],
    ['a=1&b=%20', `a=1&b=%20&key=${SECRET}`],
    ['key=mine&a=1', `a=1&key=${SECRET}`],
    ['KEY=mine&k%65y=mine&%6b%65%79&a=1&&', `a=1&key=${SECRET}`],
  ])('places it in the query, where the caller’s own gives way: %s', (query, expected) => {
    expect(build('generic_http', 'api_key_query', { query }).url).toBe(
      `https://api.example.com/?${expected}`,
    );
  });

  it('places it in the path, below which every call stays', () => {
    const [manifest, way] = sample({ path_prefix: '/bot{credentials.token}' });
    const target = { path: '/getMe', query: '' };
    expect(buildProxyRequest(manifest, way, {}, { token: '12:a/b' }, target)).toMatchObject({
      url: 'https://api.example.com/root/bot12%3Aa%2Fb/getMe',
      base: 'https://api.example.com/root/bot12%3Aa%2Fb',
    });
    expect(() => buildProxyRequest(manifest, way, {}, { token: '/../..' }, target)).toThrow(
      ConfigurationError,
    );
  });

  it('heeds the settings for TLS, and places nothing where the credential is a certificate', () => {
    const config = { base_url: 'https://a.example', tls_verify: false as never, ca_certificate: 'PEM' };
    expect(build('generic_http', 'mtls', {}, config)).toEqual({
      url: 'https://a.example/',
      base: 'https://a.example',
      headers: {},
      defaults: {},
      tlsVerify: false,
      caCertificate: 'PEM',
    });
  });

  it('explains why some types are not proxied', () => {
    expect(() => build('postgres', undefined, {})).toThrow('not called over HTTP');
    expect(() => build('ssh', undefined, {})).toThrow('credentials/value');
    const [manifest, way] = sample({ body: { token: '{credentials.token}' } });
    expect(() => buildProxyRequest(manifest, way, {}, { token: 'x' }, { path: '/', query: '' })).toThrow(
      'inside the body',
    );
  });

  it('builds a call for every other way that is shipped', () => {
    for (const manifest of catalogue.list()) {
      for (const way of manifest.auth.filter(() => manifest.base_url !== undefined)) {
        const { url, base } = build(manifest.id, way.id, { path: '/x' });
        expect(url.startsWith(`${base}/x`)).toBe(true);
      }
    }
  });

  it('names the setting that is missing, and never shows a value that cannot be sent', () => {
    expect(() => build('generic_http', 'bearer', {}, { base_url: '' })).toThrow('Base URL is not set');
    const manifest = manifestOf('generic_http');
    const bad = () =>
      buildProxyRequest(
        manifest,
        wayOf(manifest, 'bearer'),
        configFor(manifest),
        { token: 'hunter22\n' },
        { path: '/', query: '' },
      );
    expect(bad).toThrow(ConfigurationError);
    expect(bad).not.toThrow('hunter22');
  });
});

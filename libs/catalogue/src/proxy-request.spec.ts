import { describe, expect, it } from '@jest/globals';
import { catalogue, configFor, loadFrom, manifestOf, SECRETS, usableFor, wayOf } from '../test/support.js';
import type { AuthWay, Manifest } from './manifest.js';
import { buildProxyRequest, type ProxyTarget } from './proxy-request.js';
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

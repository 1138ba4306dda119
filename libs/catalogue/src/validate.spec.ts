import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { catalogue, manifestOf, SECRETS } from '../test/support.js';
import { validateConfig, validateCredentials } from './validate.js';

const argocd = manifestOf('argocd');
const generic = manifestOf('generic_http');
const prometheus = manifestOf('prometheus');
const URL_MESSAGE = 'must be a URL that starts with https:// or http://';

describe('validateConfig', () => {
  it("accepts seed 000's example as it stands", () => {
    const config = {
      server_url: 'https://argocd.example.com',
      namespace: 'argocd',
      tls_verify: true,
      sync_interval: 300,
    };
    expect(validateConfig(argocd, config)).toEqual({ valid: true, value: config });
  });

  it('fills in defaults without touching what it was given', () => {
    const config = Object.freeze({ server_url: 'http://10.0.0.1:8080/argo/' });
    expect(validateConfig(argocd, config)).toEqual({
      valid: true,
      value: { ...config, tls_verify: true, sync_interval: 300 },
    });
    expect(validateConfig(manifestOf('slack'), {})).toEqual({ valid: true, value: { sync_interval: 300 } });
  });

  it('treats a cleared optional field as left out', () => {
    const result = validateConfig(argocd, {
      server_url: 'https://a.example',
      namespace: '',
      ca_certificate: '',
    });
    expect(result).toEqual({
      valid: true,
      value: { server_url: 'https://a.example', tls_verify: true, sync_interval: 300 },
    });
  });

  const refused: [string, unknown, Record<string, string[]>][] = [
    ['nothing', {}, { 'config.server_url': ['is required'] }],
    ['an empty text', { server_url: '' }, { 'config.server_url': ['is required', URL_MESSAGE] }],
    ['another scheme', { server_url: 'ftp://a.example' }, { 'config.server_url': [URL_MESSAGE] }],
    ['no scheme', { server_url: 'a.example' }, { 'config.server_url': [URL_MESSAGE] }],
    [
      'a password in the address',
      { server_url: 'https://u:p@a.example' },
      { 'config.server_url': ['must not contain a user name or password: they belong to the credential'] },
    ],
    ['a query', { server_url: 'https://a.example?x' }, { 'config.server_url': ['must not contain ? or #'] }],
    ['a number for a text', { server_url: 5 }, { 'config.server_url': ['must be a text'] }],
    ['a text for a number', { sync_interval: '300' }, { 'config.sync_interval': ['must be a whole number'] }],
    ['a fraction', { sync_interval: 60.5 }, { 'config.sync_interval': ['must be a whole number'] }],
    [
      'too short an interval',
      { sync_interval: 59 },
      { 'config.sync_interval': ['must be between 60 and 86400'] },
    ],
    [
      'too long an interval',
      { sync_interval: 86_401 },
      { 'config.sync_interval': ['must be between 60 and 86400'] },
    ],
    ['a text for a boolean', { tls_verify: 'false' }, { 'config.tls_verify': ['must be true or false'] }],
    [
      'a wrong namespace',
      { namespace: 'Argo CD' },
      { 'config.namespace': ['must be a Kubernetes namespace (lower-case letters, digits and hyphens)'] },
    ],
    [
      'a namespace that is too long',
      { namespace: 'a'.repeat(64) },
      { 'config.namespace': ['must be at most 63 characters long'] },
    ],
    [
      'a certificate that is none',
      { ca_certificate: 'hello' },
      {
        'config.ca_certificate': [
          'must be a certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE',
        ],
      },
    ],
    ['an unknown field', { colour: 'red' }, { 'config.colour': ['is not a field of Argo CD'] }],
    [
      'a field with an odd name',
      { [SECRETS[0].repeat(3)]: 1 },
      { config: ['has a field that is not one of Argo CD'] },
    ],
    [
      'a prototype',
      JSON.parse('{"__proto__":{"a":1}}'),
      { config: ['has a field that is not one of Argo CD'] },
    ],
  ];
  it.each(refused)('refuses %s', (_what, value, errors) => {
    const config = { server_url: 'https://a.example', ...(value as object) };
    if (Object.hasOwn(value as object, '__proto__'))
      Object.defineProperty(config, '__proto__', { value: {}, enumerable: true });
    expect(validateConfig(argocd, Object.keys(value as object).length === 0 ? value : config)).toEqual({
      valid: false,
      errors,
    });
  });

  it.each([[null], [[]], ['text'], [5], [undefined]])('refuses %j', (value) => {
    expect(validateConfig(argocd, value)).toEqual({
      valid: false,
      errors: { config: ['must be an object'] },
    });
  });

  it('bounds depth and size', () => {
    const deep = { a: { b: { c: { d: {} } } } };
    const wide = Object.fromEntries(Array.from({ length: 61 }, (_, index) => [`f${index}`, 1]));
    expect(validateConfig(argocd, deep)).toEqual({
      valid: false,
      errors: { config: ['is nested too deeply'] },
    });
    expect(validateConfig(argocd, wide)).toEqual({
      valid: false,
      errors: { config: ['has too many fields'] },
    });
  });

  it('requires what the chosen way needs', () => {
    const supabase = manifestOf('supabase');
    const way = supabase.auth.find(({ id }) => id === 'project_api_key');
    expect(validateConfig(supabase, {}).valid).toBe(true);
    expect(validateConfig(supabase, {}, way)).toEqual({
      valid: false,
      errors: { 'config.project_ref': ['is required for “API key of a project”'] },
    });
    expect(validateConfig(supabase, { project_ref: 'evil.example/' }, way)).toEqual({
      valid: false,
      errors: { 'config.project_ref': ['must be the lower-case letters before .supabase.co'] },
    });
  });
});

describe('validateCredentials', () => {
  it("accepts seed 000's credentials without auth_mode", () => {
    const given = { credential_type: 'api_token', auth_token: 'your-secret-token-here' };
    expect(validateCredentials(argocd, given)).toEqual({
      valid: true,
      way: argocd.auth[0],
      value: { ...given, auth_mode: 'api_token' },
    });
    expect(
      validateCredentials(manifestOf('github'), { credential_type: 'api_token', access_token: 'x' }).valid,
    ).toBe(true);
    expect(
      validateCredentials(manifestOf('slack'), { credential_type: 'api_token', bot_token: 'x' }).valid,
    ).toBe(true);
  });

  it.each([
    [{ credential_type: 'api_token', api_key: 'x' }, 'api_key_header'],
    [{ credential_type: 'api_token', api_key: 'x', query_name: 'key' }, 'api_key_query'],
    [{ credential_type: 'api_token', token: 'x' }, 'bearer'],
    [{ credential_type: 'basic_auth', username: 'u' }, 'basic'],
    [
      { credential_type: 'api_token', auth_mode: 'api_key_query', api_key: 'x', query_name: 'key' },
      'api_key_query',
    ],
  ])('finds the way of %j', (value, expected) => {
    const result = validateCredentials(generic, value);
    expect(result.valid && result.way.id).toBe(expected);
  });

  it('chooses no authentication only by its name', () => {
    const named = validateCredentials(prometheus, { credential_type: 'basic_auth', auth_mode: 'none' });
    expect(named.valid && named.way.id).toBe('none');
    expect(validateCredentials(prometheus, { credential_type: 'basic_auth' })).toEqual({
      valid: false,
      errors: { 'credentials.username': ['is required'], 'credentials.password': ['is required'] },
    });
  });

  const refused: [unknown, Record<string, string[]>][] = [
    [{}, { 'credentials.credential_type': ['is required'] }],
    [
      { credential_type: 5 },
      {
        'credentials.credential_type': [
          'must be one of: api_token, basic_auth, client_credentials, oauth2, jwt, mtls',
        ],
      },
    ],
    [
      { credential_type: 'basic_auth', auth_mode: 'bearer' },
      { 'credentials.auth_mode': ['must be one of: basic'] },
    ],
    [{ credential_type: 'api_token', auth_mode: 'bearer' }, { 'credentials.token': ['is required'] }],
    [{ credential_type: 'api_token', token: '' }, { 'credentials.token': ['is required'] }],
    [{ credential_type: 'api_token', token: 5 }, { 'credentials.token': ['must be a text'] }],
    [{ credential_type: 'api_token', token: 'a\nb' }, { 'credentials.token': ['must be on one line'] }],
    [
      { credential_type: 'api_token', token: 'a', x: 1 },
      { 'credentials.x': ['is not a field of Generic HTTP API, Bearer token'] },
    ],
    [
      { credential_type: 'basic_auth', username: 'a:b' },
      { 'credentials.username': ['must not contain a colon'] },
    ],
    [
      { credential_type: 'api_token', api_key: 'k', header_name: 'X: y' },
      { 'credentials.header_name': ['must be the name of a header (letters, digits and hyphens)'] },
    ],
    ['text', { credentials: ['must be an object'] }],
  ];
  it.each(refused)('refuses %j', (value, errors) => {
    expect(validateCredentials(generic, value)).toEqual({ valid: false, errors });
  });

  it('never repeats a value it was given', () => {
    const secret = fc.string({ minLength: 12, maxLength: 40 }).map((text) => `${SECRETS[0]}${text}`);
    const leaf = fc.oneof(
      secret,
      secret.map((text) => [text]),
      secret.map((text) => ({ a: text })),
      fc.constant(5),
    );
    const name = fc.oneof(
      secret,
      fc.constantFrom(
        'auth_token',
        'token',
        'api_key',
        'username',
        'auth_mode',
        'credential_type',
        'header_name',
      ),
    );
    const type = fc.constantFrom('api_token', 'basic_auth', 'connection_string', 'jwt');
    fc.assert(
      fc.property(
        fc.constantFrom(...catalogue.list()),
        type,
        fc.dictionary(name, leaf),
        (manifest, kind, fields) => {
          const results = [
            validateCredentials(manifest, { credential_type: kind, ...fields }),
            validateConfig(manifest, fields),
          ];
          for (const result of results) {
            if (!result.valid) expect(JSON.stringify(result.errors)).not.toContain('canary');
          }
        },
      ),
    );
  });
});

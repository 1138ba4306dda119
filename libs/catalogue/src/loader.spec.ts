import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { catalogue, loadFrom, PACKAGE } from '../test/support.js';
import { CatalogueError } from './loader.js';
import { capabilities } from './schemas.js';

type Json = Record<string, unknown>;

const field = { type: 'string', title: 'Token', maxLength: 100, writeOnly: true };
const way = {
  id: 'token',
  credential_type: 'api_token',
  title: 'Token',
  description: 'A token.',
  steps: ['Make one.'],
  schema: { required: ['token'], properties: { token: field } },
  placement: { headers: { Authorization: 'Bearer {credentials.token}' } },
};
const step = { id: 'me', request: { path: '/me' } };
const minimal: Json = {
  id: 'sample',
  name: 'Sample',
  description: 'A sample.',
  category: 'other',
  documentation_url: 'https://example.com/docs',
  config: {},
  auth: [way],
  base_url: 'https://api.example.com',
  test: [step],
};

function load(changes: Json, file = 'sample.yaml') {
  return loadFrom(file, stringify({ ...minimal, ...changes }));
}

/** Keys of the language that hardly a shipped type needs. */
const later: Json = {
  tags: ['sample'],
  config: { properties: { instance: { type: 'string', title: 'Instance', maxLength: 100 } } },
  auth: [
    {
      ...way,
      id: 'oauth2',
      credential_type: 'oauth2',
      placement: {
        ...way.placement,
        body: { key: '{credentials.token}' },
        path_prefix: '/bot{credentials.token}',
      },
      oauth2: {
        authorization_url: 'https://example.com/authorize',
        token_url: 'https://example.com/token',
        refresh_url: 'https://example.com/refresh',
        revocation: { url: 'https://example.com/revoke', parameters: { token: '{credentials.token}' } },
        issuer: 'https://example.com',
        pkce: 'required',
        client_authentication: 'post',
        token_request_format: 'json',
        scope_separator: ',',
        scopes: [{ name: 'read', allows: 'Reading', default: true }],
        authorize_parameters: { prompt: 'consent' },
        token_parameters: { audience: 'api' },
        refresh: 'rotating',
        assumed_lifetime_seconds: 3600,
        refresh_margin_seconds: 60,
        response: { access_token: '$.authed_user.access_token', account: '$.team.name' },
        capture: { instance: '$.instance_url' },
        account: { base_url: 'https://id.example.com', request: { path: '/me' }, name: '$.name' },
        dead_errors: ['bad_refresh_token'],
        client_errors: ['bad_client'],
        client_setup: { steps: ['Register one.'] },
      },
    },
  ],
  webhooks: {
    signature: {
      header: 'X-Signature',
      algorithm: 'hmac-sha256',
      prefix: 'v0=',
      signed_payload: 'v0:{timestamp}:{body}',
    },
    event_header: 'X-Event',
    challenge: { path: '$.challenge' },
    events: ['push'],
  },
  sync: {
    resources: [
      {
        id: 'things',
        title: 'Things',
        request: { path: '/things' },
        items: '$.items',
        fields: { id: '$.id', name: '$.name' },
        next: { cursor: '$.next', parameter: 'cursor' },
      },
    ],
  },
};

const bad: [string, Json, RegExp][] = [
  ['an unknown key', { colour: 'red' }, /sample\.yaml:\d+ \/ must NOT have additional properties: colour/],
  ['no name', { name: undefined }, /must have required property 'name'/],
  ['an unknown category', { category: 'toys' }, /\/category must be equal to one of/],
  [
    'an unknown credential type',
    { auth: [{ ...way, credential_type: 'magic' }] },
    /\/auth\/0\/credential_type/,
  ],
  ['documentation without https', { documentation_url: 'http://example.com' }, /\/documentation_url/],
  [
    'a string without a bound',
    { config: { properties: { a: { type: 'string', title: 'A' } } } },
    /\/config\/properties\/a must have required property 'maxLength'/,
  ],
  [
    'an object as a field',
    { config: { properties: { a: { type: 'object', title: 'A' } } } },
    /\/config\/properties\/a\/type must be equal to one of/,
  ],
  [
    'a field named constructor',
    { config: { properties: { constructor: { ...field, writeOnly: false } } } },
    /\/config\/properties must NOT be valid/,
  ],
  [
    'a secret in config',
    { config: { properties: { a: field } } },
    /\/config\/properties\/a a secret belongs to a way/,
  ],
  [
    'a required field that is not there',
    { config: { required: ['a'] } },
    /\/config\/required there is no field “a”/,
  ],
  [
    'a URL field without its pattern',
    { config: { properties: { a: { type: 'string', title: 'A', maxLength: 9, format: 'uri' } } } },
    /needs the pattern \^https\?:\/\//,
  ],
  ['two ways with one id', { auth: [way, way] }, /\/auth “token” appears twice/],
  ['two steps with one id', { test: [step, step] }, /\/test “me” appears twice/],
  [
    'only optional steps',
    { test: [{ ...step, optional: true }] },
    /\/test at least one step must not be optional/,
  ],
  ['no test', { test: undefined }, /\/auth\/0 there is no test for this way/],
  ['no base_url', { base_url: undefined }, /\/auth\/0 there is no base_url/],
  ['code without a description', { provider: 'ssh' }, /\/code_test a type tested by code/],
  [
    'a placeholder of an unknown field',
    { base_url: 'https://{config.host}' },
    /\/base_url there is no field config\.host/,
  ],
  ['a placeholder that reaches outside', { base_url: '{process.env}' }, /\/base_url .* is not a placeholder/],
  [
    'a secret in the address',
    { test: [{ ...step, request: { path: '/me/{credentials.token}' } }] },
    /\/test\/0\/request\/path \{credentials\.token\} may stand in a placement only/,
  ],
  [
    'a derived field of another kind of credential',
    { auth: [{ ...way, placement: { headers: { Authorization: 'Bearer {credentials.access_token}' } } }] },
    /\/auth\/0\/placement\/headers\/Authorization there is no field credentials\.access_token/,
  ],
  [
    'an unknown field in one of several addresses',
    { base_url: ['https://api.example.com', 'https://{config.host}'] },
    /\/base_url there is no field config\.host/,
  ],
  [
    'an unknown filter',
    { auth: [{ ...way, placement: { headers: { A: '{credentials.token|eval}' } } }] },
    /\/auth\/0\/placement\/headers\/A there is no filter named “eval”/,
  ],
  [
    'a path that is no path',
    { test: [{ ...step, details: { name: '$..name' } }] },
    /\/test\/0\/details\/name .* is not a path/,
  ],
  [
    'a broken regular expression',
    { token_dead: [{ body: [{ path: '$.error', matches: '(' }] }] },
    /\/token_dead\/0\/body\/0 Invalid regular expression/,
  ],
  [
    'a condition without a condition',
    { token_dead: [{ body: [{ path: '$.error' }] }] },
    /must NOT have fewer than 2/,
  ],
  [
    'a kind of failure nobody knows',
    { failures: [{ when: { status: [400] }, kind: 'odd', reason: 'x' }] },
    /\/kind/,
  ],
];

describe('loadCatalogue', () => {
  it('loads every shipped type, by name, with a logo of its own', () => {
    const files = readdirSync(new URL('types/', PACKAGE)).map((file) => file.replace('.yaml', ''));
    const ids = catalogue.list().map(({ id }) => id);
    expect([...ids].sort()).toEqual(files.sort());
    expect(ids).toEqual(
      expect.arrayContaining(['argocd', 'github', 'slack', 'supabase', 'postgres', 'generic_http']),
    );
    for (const id of ids) {
      expect(catalogue.logo(id)).toBe(readFileSync(new URL(`logos/${id}.svg`, PACKAGE), 'utf8'));
    }
    expect(catalogue.get('nothing')).toBeUndefined();
    expect(catalogue.logo('nothing')).toBeUndefined();
    expect(catalogue.logo('../package')).toBeUndefined();
  });

  it('gives every type sync_interval, and self-hosted ones the TLS options', () => {
    for (const { config } of catalogue.list()) {
      expect(config.properties.sync_interval).toMatchObject({ minimum: 60, maximum: 86_400, default: 300 });
      expect(config.order.at(-1)).toBe('sync_interval');
    }
    const selfHosted = catalogue
      .list()
      .filter(({ config }) => config.properties.tls_verify && config.properties.ca_certificate);
    expect(selfHosted.map(({ id }) => id).sort()).toEqual([
      'argocd',
      'aws',
      'generic_http',
      'grafana',
      'postgres',
      'prometheus',
    ]);
  });

  it('bounds every text a person can enter', () => {
    const fields = catalogue
      .list()
      .flatMap(({ config, auth }) => [config, ...auth.map(({ schema }) => schema)])
      .flatMap(({ properties }) => Object.values(properties))
      .filter(({ type }) => type === 'string');
    expect(fields.filter(({ maxLength, enum: choices }) => !maxLength && !choices)).toEqual([]);
  });

  it('lists no way that the program cannot use yet', () => {
    const types = catalogue.list().flatMap(({ auth }) => auth.map(({ credential_type: type }) => type));
    expect([...new Set(types)].sort()).toEqual([
      'api_token',
      'aws_access_key',
      'aws_assume_role',
      'basic_auth',
      'client_credentials',
      'connection_string',
      'github_app',
      'jwt',
      'mtls',
      'oauth2',
      'ssh_key',
    ]);
  });

  it('cannot be changed by one of its users', () => {
    expect(() => Object.assign(catalogue.get('argocd')?.config.properties ?? {}, { a: 1 })).toThrow(
      TypeError,
    );
  });

  it('hashes the meaning of a manifest, not the order of its keys', () => {
    const hash = (changes: Json) => load(changes).get('sample')?.hash;
    const reversed = Object.fromEntries(Object.entries(minimal).reverse());
    expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
    expect(loadFrom('sample.yaml', stringify(reversed)).get('sample')?.hash).toBe(hash({}));
    expect(hash({ name: 'Sample 2' })).not.toBe(hash({}));
    expect(hash({ test: [{ ...step, request: { path: '/you' } }] })).not.toBe(hash({}));
  });

  it('reads the whole language', () => {
    const manifest = load(later).get('sample');
    expect(manifest?.auth[0]?.oauth2).toMatchObject({ pkce: 'required' });
    expect(manifest && capabilities(manifest)).toEqual(['test', 'health', 'oauth2', 'webhooks', 'sync']);
    expect(load({}).logo('sample')).toBe(readFileSync(new URL('logos/_default.svg', PACKAGE), 'utf8'));
  });

  it('lets a placement name what is derived from the credential', () => {
    const placement = { headers: { Authorization: 'Bearer {credentials.access_token}' } };
    const derived = { ...way, credential_type: 'client_credentials', placement };
    expect(load({ auth: [derived] }).get('sample')?.auth[0]?.placement).toEqual(placement);
  });

  it.each(bad)('refuses %s', (_what, changes, message) => {
    expect(() => load(changes)).toThrow(CatalogueError);
    expect(() => load(changes)).toThrow(message);
  });

  it('names the line', () => {
    const text = `${stringify(minimal)}colour: red\n`.replace('category: other', 'category: toys');
    expect(() => loadFrom('sample.yaml', text)).toThrow(/sample\.yaml:4 \/category/);
  });

  it('refuses a file under another name, broken YAML and a key said twice', () => {
    expect(() => load({}, 'other.yaml')).toThrow(/other\.yaml:1 \/id must be the name of the file/);
    expect(() => loadFrom('a.yaml', 'id: [a')).toThrow(/a\.yaml:\d+ \//);
    expect(() => loadFrom('a.yaml', 'id: a\nid: b\n')).toThrow(/a\.yaml:2 .*unique/);
    expect(() => loadFrom('a.yaml', '')).toThrow(/a\.yaml:1 \/ must be object/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { loadFrom } from '../test/support.js';

type Json = Record<string, unknown>;

const oauth = { authorization_url: 'https://example.com/authorize', token_url: 'https://example.com/token' };
const scope = (name: string, more: Json = {}) => ({ name, allows: 'Something', ...more });
const list = {
  id: 'things',
  title: 'Things',
  request: { path: '/things' },
  items: '$',
  fields: { id: '$.id', name: '$.name' },
};

function load(oauth2: Json | undefined, changes: Json = {}) {
  const way = {
    id: 'oauth2',
    credential_type: 'oauth2',
    title: 'OAuth',
    description: 'A consent.',
    steps: ['Consent.'],
    placement: { headers: { Authorization: 'Bearer {credentials.access_token}' } },
    oauth2,
  };
  const manifest = {
    id: 'sample',
    name: 'Sample',
    description: 'A sample.',
    category: 'other',
    documentation_url: 'https://example.com/docs',
    config: {
      properties: {
        host: { type: 'string', title: 'Host', maxLength: 100 },
        flag: { type: 'boolean', title: 'Flag' },
        how: { type: 'string', title: 'How', enum: ['basic', 'magic'] },
      },
    },
    base_url: 'https://api.example.com',
    test: [{ id: 'me', request: { path: '/me' } }],
    auth: [way],
    ...changes,
  };
  return loadFrom('sample.yaml', stringify(manifest)).get('sample')!;
}

describe('an OAuth way', () => {
  it('gets its client and the defaults of the RFCs', () => {
    const [way] = load({ ...oauth, revocation: { url: 'https://example.com/revoke' } }).auth;
    expect(way?.schema.order).toEqual(['client_id', 'client_secret']);
    expect(way?.schema.properties.client_secret?.writeOnly).toBe(true);
    expect(way?.oauth2).toEqual({
      ...oauth,
      pkce: 'supported',
      client_authentication: 'basic',
      token_request_format: 'form',
      scope_separator: ' ',
      scopes: [],
      authorize_parameters: {},
      token_parameters: {},
      refresh: 'stable',
      refresh_margin_seconds: 300,
      response: {},
      capture: {},
      dead_errors: [],
      client_errors: [],
      from_config: {},
      revocation: {
        url: 'https://example.com/revoke',
        method: 'POST',
        format: 'form',
        authentication: 'client',
        parameters: { token: '{credentials.token}' },
        token: 'refresh_token',
      },
    });
  });

  it.each<[string, Json | undefined, RegExp]>([
    ['no block', undefined, /\/auth\/0\/oauth2 a way has an oauth2 block when/],
    ['no authorization URL', { token_url: 'x' }, /must have required property 'authorization_url'/],
    [
      'an address of an unknown setting',
      { ...oauth, token_url: '{config.nothing}' },
      /\/token_url there is no field config\.nothing/,
    ],
    [
      'a secret in an address',
      { ...oauth, token_url: 'https://e/{credentials.client_secret}' },
      /may stand in a placement only/,
    ],
    [
      'a secret in the address of a revocation',
      { ...oauth, revocation: { url: 'https://e/{credentials.client_secret}' } },
      /\/revocation\/url there is no field credentials\.client_secret/,
    ],
    [
      'an unknown value in a revocation',
      { ...oauth, revocation: { url: 'https://e', parameters: { a: '{credentials.password}' } } },
      /\/revocation\/parameters\/a there is no field credentials\.password/,
    ],
    ['a scope twice', { ...oauth, scopes: [scope('a'), scope('a')] }, /\/scopes “a” appears twice/],
    [
      'a scope that covers another nobody knows',
      { ...oauth, scopes: [scope('a', { covers: ['b'] })] },
      /“a” covers “b”, which is not a scope/,
    ],
    [
      'a path that is none',
      { ...oauth, response: { access_token: '$..a' } },
      /\/response\/access_token .* is not a path/,
    ],
    [
      'a captured value without its field',
      { ...oauth, capture: { site: '$.site' } },
      /\/capture there is no field config\.site/,
    ],
    [
      'a parameter of the flow',
      { ...oauth, authorize_parameters: { state: 'x' } },
      /“state” is set by the flow itself/,
    ],
    [
      'a setting that is not there',
      { ...oauth, from_config: { scopes: 'nothing' } },
      /\/from_config\/scopes there is no field config\.nothing/,
    ],
    [
      'a setting of the wrong type',
      { ...oauth, from_config: { without_pkce: 'host' } },
      /config\.host has the wrong type/,
    ],
    [
      'an unknown authentication',
      { ...oauth, from_config: { client_authentication: 'how' } },
      /config\.how has to be one of basic, post and none/,
    ],
    [
      'an error code with capitals',
      { ...oauth, dead_errors: ['Gone'] },
      /\/dead_errors\/0 must match pattern/,
    ],
  ])('is refused with %s', (_what, oauth2, message) => {
    expect(() => load(oauth2)).toThrow(message);
  });
});

describe('a list of the account', () => {
  it.each<[string, Json, RegExp]>([
    ['an unknown way', { ...list, ways: ['magic'] }, /\/ways there is no way “magic”/],
    ['a path that is none', { ...list, items: '$..a' }, /\/items .* is not a path/],
    [
      'a field without a path',
      { ...list, fields: { id: '$.id', name: '$[' } },
      /\/fields\/name .* is not a path/,
    ],
    [
      'a cursor without its parameter',
      { ...list, next: { cursor: '$.next' } },
      /cursor and parameter belong together/,
    ],
    [
      'a setting nobody has',
      { ...list, request: { path: '/{config.nothing}' } },
      /there is no field config\.nothing/,
    ],
  ])('is refused with %s', (_what, resource, message) => {
    expect(() => load(oauth, { sync: { resources: [resource] } })).toThrow(message);
  });

  it('is refused twice', () => {
    expect(() => load(oauth, { sync: { resources: [list, list] } })).toThrow(/“things” appears twice/);
  });
});

it('a group of settings is for ways that exist', () => {
  const groups = [{ title: 'A', fields: ['host'], only_for: ['magic'] }];
  const properties = { host: { type: 'string', title: 'Host', maxLength: 100 } };
  expect(() => load(oauth, { config: { properties, groups } })).toThrow(
    /\/config\/groups\/0 there is no way “magic”/,
  );
});

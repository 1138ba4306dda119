import { describe, expect, it } from '@jest/globals';
import { catalogue, configFor, credentialsFor, manifestOf } from '../test/support.js';
import { createAjv } from './ajv.js';
import {
  authModes,
  capabilities,
  configSchema,
  credentialSchema,
  enteredWays,
  mustBeNamed,
  uiSchema,
} from './schemas.js';

const ways = catalogue.list().flatMap((manifest) => enteredWays(manifest).map((way) => ({ manifest, way })));

describe('schemas', () => {
  it.each(catalogue.list().map((manifest) => [manifest.id, manifest] as const))(
    '%s: the config schema accepts what its tests use, and refuses unknown fields',
    (_id, manifest) => {
      const validate = createAjv().compile(configSchema(manifest));
      expect(validate({ ...configFor(manifest), sync_interval: 60 })).toBe(true);
      expect(validate({ ...configFor(manifest), unknown: 1 })).toBe(false);
    },
  );

  it.each(ways.map(({ manifest, way }) => [`${manifest.id}/${way.id}`, manifest, way] as const))(
    '%s: exactly one branch of oneOf fits its credential, with auth_mode and without',
    (_id, manifest, way) => {
      const { auth_mode: mode, ...unnamed } = credentialsFor(manifest, way);
      const branches = (credentialSchema(manifest).oneOf as object[]).map((each) =>
        createAjv().compile(each),
      );
      const fitting = (value: object) => branches.filter((fits) => fits({ ...value })).length;
      expect(fitting({ ...unnamed, auth_mode: mode })).toBe(1);
      expect(fitting({ ...unnamed, auth_mode: 'other' })).toBe(0);
      expect(fitting(unnamed)).toBe(mustBeNamed(manifest, way) ? 0 : 1);
    },
  );

  it('says what a form needs to know', () => {
    const argocd = manifestOf('argocd');
    expect(credentialSchema(argocd)).toMatchObject({
      oneOf: [
        {
          title: 'API token',
          'x-link': expect.stringContaining('https://'),
          'x-steps': expect.arrayContaining([expect.stringContaining('argocd account generate-token')]),
          required: ['credential_type', 'auth_token'],
          properties: {
            auth_mode: { const: 'api_token' },
            credential_type: { const: 'api_token' },
            auth_token: { writeOnly: true, minLength: 1 },
          },
        },
      ],
    });
    expect(uiSchema(argocd)).toMatchObject({
      config: {
        'ui:order': ['server_url', 'namespace', 'tls_verify', 'ca_certificate', 'sync_interval', '*'],
        ca_certificate: { 'ui:widget': 'textarea' },
      },
      credentials: {
        api_token: { 'ui:order': ['auth_token', '*'], auth_token: { 'ui:widget': 'password' } },
      },
    });
    expect(authModes(manifestOf('generic_http'))[0]).toMatchObject({ id: 'api_key_header', link: null });
  });

  it('leaves out what is made by a flow of its own, and says how each way is entered', () => {
    const github = manifestOf('github');
    const modes = (credentialSchema(github).oneOf as { properties: { auth_mode: { const: string } } }[]).map(
      ({ properties }) => properties.auth_mode.const,
    );
    expect(modes).toEqual(['access_token', 'oauth2', 'github_app']);
    expect(Object.keys(uiSchema(github).credentials)).toEqual(modes);
    expect(authModes(github).map(({ id, flow }) => [id, flow])).toEqual([
      ['access_token', 'form'],
      ['oauth2', 'oauth'],
      ['github_app', 'form'],
      ['app_installation', 'github_app'],
    ]);
    expect(capabilities(github)).toContain('oauth2');
    expect(capabilities(manifestOf('supabase'))).toContain('resources');
    expect(capabilities(manifestOf('supabase'))).not.toContain('sync');
  });

  it('marks every secret', () => {
    const open = ways.flatMap(({ manifest, way }) =>
      Object.entries(way.schema.properties)
        .filter(
          ([name, field]) =>
            /token|key|pass|secret|connection_string/.test(name) &&
            !/_(id|url)$/.test(name) &&
            !field.writeOnly,
        )
        .map(([name]) => `${manifest.id}.${name}`),
    );
    expect(open).toEqual([]);
  });
});

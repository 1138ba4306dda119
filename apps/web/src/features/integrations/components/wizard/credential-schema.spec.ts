import { describe, expect, it } from '@jest/globals';
import { credentialFormOf, credentialSchemaOf, credentialValues, isComplete } from './credential-schema';
import { argo } from './type.fixture';

describe('the form of one way to authenticate', () => {
  it('asks for its fields, not for which way it is', () => {
    const schema = credentialSchemaOf(argo, 'basic');
    expect(Object.keys(schema.properties ?? {})).toEqual(['username', 'password']);
    expect(schema.required).toEqual(['username', 'password']);
  });

  it('leaves the schema of the type as it is', () => {
    const before = structuredClone(argo.credential_schema);
    credentialSchemaOf(argo, 'token');
    expect(argo.credential_schema).toEqual(before);
  });

  it('of a way that the type does not have asks for nothing', () => {
    expect(credentialSchemaOf(argo, 'oauth2')).toEqual({});
    expect(credentialSchemaOf({ ...argo, credential_schema: {} }, 'token')).toEqual({});
  });
});

describe('the credentials that are sent', () => {
  it('say which way they are', () => {
    expect(credentialValues(argo, 'token', { token: 't' })).toEqual({
      token: 't',
      auth_mode: 'token',
      credential_type: 'api_token',
    });
  });

  it('cannot be told another way by a field', () => {
    const values = { username: 'u', auth_mode: 'token', credential_type: 'api_token' };
    expect(credentialValues(argo, 'basic', values)).toMatchObject({
      auth_mode: 'basic',
      credential_type: 'basic',
    });
  });
});

describe('credentials', () => {
  const schema = credentialSchemaOf(argo, 'basic');

  it('are complete when every required field has a value', () => {
    expect(isComplete(schema, { username: 'u', password: 'p' })).toBe(true);
    expect(isComplete(schema, { username: 'u' })).toBe(false);
    expect(isComplete(schema, { username: 'u', password: undefined })).toBe(false);
  });

  it('that need nothing are complete', () => {
    expect(isComplete({}, {})).toBe(true);
  });
});

describe('the form of a way by consent', () => {
  const client = {
    type: 'object' as const,
    required: ['credential_type'],
    properties: {
      auth_mode: { type: 'string' as const, const: 'oauth2' },
      credential_type: { type: 'string' as const, const: 'oauth2' },
      client_id: { type: 'string' as const },
      client_secret: { type: 'string' as const, writeOnly: true },
      signing_secret: { type: 'string' as const, writeOnly: true },
    },
  };
  const withClient = (of: 'installation' | 'own') => {
    const [mode = argo.auth_modes[0]!] = argo.auth_modes;
    const oauth = { client: of, callback_url: '', scopes: [], client_setup: { link: null, steps: [] } };
    const way = { ...mode, id: 'oauth2', credential_type: 'oauth2', flow: 'oauth' as const, oauth };
    return { ...argo, credential_schema: { oneOf: [client] }, auth_modes: [way] };
  };
  const fieldsOf = (of: 'installation' | 'own', ownClient?: boolean) => {
    const { properties, required } = credentialFormOf(withClient(of), { authMode: 'oauth2', ownClient });
    return { fields: Object.keys(properties ?? {}), required };
  };

  it('asks for the client that the organisation has to bring', () => {
    expect(fieldsOf('own')).toEqual({
      fields: ['client_id', 'client_secret', 'signing_secret'],
      required: ['client_id'],
    });
  });

  it('asks for no client where the installation has one, unless somebody wants to bring another', () => {
    expect(fieldsOf('installation')).toEqual({ fields: [], required: [] });
    expect(fieldsOf('installation', true).fields).toContain('client_id');
  });
});

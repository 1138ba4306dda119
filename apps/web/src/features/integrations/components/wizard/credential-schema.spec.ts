import { describe, expect, it } from '@jest/globals';
import { credentialSchemaOf, credentialValues, isComplete } from './credential-schema';
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

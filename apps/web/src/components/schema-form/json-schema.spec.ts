import { describe, expect, it } from '@jest/globals';
import {
  hasFields,
  type JsonSchema,
  secretNames,
  titleOf,
  withoutProperties,
  withoutSecrets,
} from './json-schema';

const schema: JsonSchema = {
  type: 'object',
  required: ['user', 'token'],
  properties: {
    user: { type: 'string', title: 'User name' },
    token: { type: 'string', writeOnly: true },
    shown: { type: 'string', writeOnly: false },
    anything: true,
  },
};

describe('the secrets of a schema', () => {
  it('are what it marks so', () => {
    expect(secretNames(schema)).toEqual(['token']);
    expect(secretNames({})).toEqual([]);
  });

  it('are left out of the values, and so is what it does not know', () => {
    const values = {
      user: 'u',
      token: 't',
      shown: 's',
      anything: 1,
      other: 'o',
      toString: 'p',
      constructor: 'c',
    };
    expect(withoutSecrets(schema, values)).toEqual({ user: 'u', shown: 's', anything: 1 });
    expect(withoutSecrets({}, values)).toEqual({});
  });
});

describe('a schema', () => {
  it('loses properties, and the need for them', () => {
    const bare = withoutProperties(schema, ['user', 'absent']);
    expect(Object.keys(bare.properties ?? {})).toEqual(['token', 'shown', 'anything']);
    expect(bare.required).toEqual(['token']);
    expect(schema.required).toEqual(['user', 'token']);
  });

  it('names its fields by title, or as they are', () => {
    expect(titleOf(schema, 'user')).toBe('User name');
    expect(titleOf(schema, 'token')).toBe('Token');
    expect(titleOf(schema, 'anything')).toBe('Anything');
    expect(titleOf({}, 'installation_id')).toBe('Installation ID');
  });

  it('has fields or not', () => {
    expect(hasFields(schema)).toBe(true);
    expect(hasFields({ properties: {} })).toBe(false);
    expect(hasFields({})).toBe(false);
  });
});

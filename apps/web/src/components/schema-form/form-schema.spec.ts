import { describe, expect, it } from '@jest/globals';
import { bareSchema, buildUiSchema } from './form-schema';
import type { JsonSchema } from './json-schema';

const schema: JsonSchema = {
  title: 'Credentials',
  description: 'Of the service',
  type: 'object',
  properties: {
    user: { type: 'string', title: 'User' },
    token: { type: 'string', writeOnly: true },
    certificate: { type: 'string', 'x-multiline': true } as JsonSchema,
    key: { type: 'string', writeOnly: true, 'x-multiline': true } as JsonSchema,
    anything: true,
  },
};

describe('the hints for a form', () => {
  it('give secrets and long texts our own fields; a long secret is a secret', () => {
    const built = buildUiSchema(schema, undefined);
    expect(built.user).toBeUndefined();
    expect(built.anything).toBeUndefined();
    expect(built.token).toEqual({ 'ui:widget': 'secret' });
    expect(built.certificate).toEqual({ 'ui:widget': 'textarea' });
    expect(built.key).toEqual({ 'ui:widget': 'secret' });
  });

  it('never let the catalogue show a secret as plain text', () => {
    const built = buildUiSchema(schema, { token: { 'ui:widget': 'text', 'ui:help': 'From the settings' } });
    expect(built.token).toEqual({ 'ui:widget': 'secret', 'ui:help': 'From the settings' });
  });

  it.each<[string[] | undefined, string[]]>([
    [undefined, ['*']],
    [['token'], ['token', '*']],
    [
      ['token', '*', 'user'],
      ['token', '*', 'user'],
    ],
  ])('with the order %j name every field', (order, complete) => {
    expect(buildUiSchema(schema, order && { 'ui:order': order })['ui:order']).toEqual(complete);
  });

  it('keep the others, and leave what came from the catalogue as it is', () => {
    const given = { 'ui:groups': [{ title: 'A', fields: ['user'] }], token: { 'ui:help': 'x' } };
    const before = structuredClone(given);
    expect(buildUiSchema(schema, given)['ui:groups']).toBe(given['ui:groups']);
    expect(given).toEqual(before);
  });
});

describe('a schema without its own heading', () => {
  it('keeps the headings of its fields', () => {
    const { title, description, ...rest } = schema;
    expect([title, description]).toEqual(['Credentials', 'Of the service']);
    expect(bareSchema(schema)).toEqual(rest);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FormValues, JsonSchema } from './json-schema';
import validator from './validator';

/** As the catalogue sends one: flat. */
const schema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  required: ['url', 'token'],
  properties: {
    url: { type: 'string', format: 'uri', pattern: '^https?://', minLength: 1, maxLength: 40 },
    token: { type: 'string', minLength: 1, writeOnly: true },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    mode: { type: 'string', enum: ['fast', 'safe'] },
    verify: { type: 'boolean' },
  },
};
const right: FormValues = { url: 'https://a.example/x', token: 't', port: 443, mode: 'fast', verify: true };

/** The messages by field. */
function messagesOf(values: FormValues | undefined, of: JsonSchema = schema): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { property = '', message = '' } of validator.validateFormData(values, of).errors) {
    (found[property] ??= []).push(message);
  }
  return found;
}

describe('the values of a form', () => {
  it('that are right have no errors', () => {
    expect(validator.validateFormData(right, schema)).toEqual({ errors: [], errorSchema: {} });
    expect(validator.isValid(schema, right, schema)).toBe(true);
  });

  it.each<[string, FormValues, string, string]>([
    [
      'an address without its scheme',
      { url: 'a.example' },
      '.url',
      'Enter a full address, for example https://example.com.',
    ],
    [
      'an address with a space',
      { url: 'https://a b' },
      '.url',
      'Enter a full address, for example https://example.com.',
    ],
    ['too long a text', { url: `https://${'a'.repeat(40)}` }, '.url', 'Enter at most 40 characters.'],
    ['an empty secret', { token: '' }, '.token', 'Fill in this field.'],
    ['a fraction', { port: 1.5 }, '.port', 'Enter a whole number.'],
    ['a number as text', { port: '443' }, '.port', 'Enter a whole number.'],
    ['too small a number', { port: 0 }, '.port', 'Enter 1 or more.'],
    ['too large a number', { port: 65_536 }, '.port', 'Enter 65535 or less.'],
    ['a value that is not offered', { mode: 'slow' }, '.mode', 'Choose one of the offered values.'],
    ['a text for yes or no', { verify: 'yes' }, '.verify', 'Choose yes or no.'],
    ['nothing (null) for a text', { url: null }, '.url', 'Enter text.'],
    ['a field that the schema does not know', { extra: 1 }, '.extra', 'This field is not known here.'],
  ])('with %s have one message, at that field', (_name, wrong, field, message) => {
    expect(messagesOf({ ...right, ...wrong })).toEqual({ [field]: [message] });
  });

  it.each<[string, FormValues | undefined]>([
    ['absent', undefined],
    ['empty', {}],
    ['undefined', { url: undefined, token: undefined, port: undefined }],
  ])('that are %s lack the required fields, and only these', (_name, values) => {
    expect(messagesOf(values)).toEqual({
      '.url': ['Fill in this field.'],
      '.token': ['Fill in this field.'],
    });
  });

  it('have their errors in the shape that the form reads', () => {
    const { errorSchema } = validator.validateFormData({ ...right, port: 0, token: undefined }, schema);
    expect(errorSchema).toEqual({
      port: { __errors: ['Enter 1 or more.'] },
      token: { __errors: ['Fill in this field.'] },
    });
  });

  it('count letters, not their halves', () => {
    const short: JsonSchema = { type: 'object', properties: { a: { type: 'string', maxLength: 2 } } };
    expect(messagesOf({ a: '🔑🔑' }, short)).toEqual({});
    expect(messagesOf({ a: '🔑🔑🔑' }, short)).toEqual({ '.a': ['Enter at most 2 characters.'] });
  });

  it('are left as they are', () => {
    const values = Object.freeze({ ...right, port: 0 });
    expect(() => validator.validateFormData(values, schema)).not.toThrow();
  });
});

describe('nested values', () => {
  const nested: JsonSchema = {
    type: 'object',
    properties: {
      clusters: {
        type: 'array',
        items: { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 3 } } },
      },
      'a/b~c d': { type: 'integer' },
    },
  };

  it('have their messages where they are', () => {
    expect(messagesOf({ clusters: [{ name: 'x' }, {}] }, nested)).toEqual({
      '.clusters.0.name': ['Enter at least 3 characters.'],
      '.clusters.1.name': ['Fill in this field.'],
    });
  });

  it('may have names that a pointer escapes', () => {
    expect(messagesOf({ 'a/b~c d': 'x' }, nested)).toEqual({ '.a/b~c d': ['Enter a whole number.'] });
  });
});

describe('a schema of alternatives', () => {
  const either: JsonSchema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
  };

  it('asks for the fields that would do, not for an abstract choice', () => {
    expect(messagesOf({ a: 'x' }, either)).toEqual({});
    expect(messagesOf({}, either)).toEqual({ '.a': ['Fill in this field.'], '.b': ['Fill in this field.'] });
  });
});

describe('the hooks of the form', () => {
  it('may change the errors', () => {
    const { errors, errorSchema } = validator.validateFormData({}, schema, undefined, (found) =>
      found.slice(0, 1),
    );
    expect(errors).toHaveLength(1);
    expect(Object.keys(errorSchema)).toEqual(['url']);
  });

  it('may add errors of their own', () => {
    const { errorSchema } = validator.validateFormData({ ...right, port: 0 }, schema, (_values, handler) => {
      handler.port?.addError('Not this one.');
      return handler;
    });
    expect(errorSchema.port).toEqual({ __errors: ['Enter 1 or more.', 'Not this one.'] });
  });
});

describe('a part of a schema', () => {
  const root: JsonSchema = { $defs: { port: { type: 'object', required: ['port'] } } };

  it('finds the definitions of the whole', () => {
    expect(validator.isValid({ $ref: '#/$defs/port' }, { port: 1 }, root)).toBe(true);
    expect(validator.isValid({ $ref: '#/$defs/port' }, {}, root)).toBe(false);
  });

  it('that cannot be read fits nothing', () => {
    expect(validator.isValid({ $ref: '#/$defs/absent' }, {}, root)).toBe(false);
    expect(validator.isValid({ properties: { a: { pattern: '(' } } }, { a: 'x' }, {})).toBe(false);
  });
});

describe('whatever is entered', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.string(), fc.integer());
  const names = fc.constantFrom('url', 'token', 'port', 'mode', 'verify', 'other');

  it('has errors exactly when it is not valid, each a sentence at a field', () => {
    fc.assert(
      fc.property(fc.dictionary(names, value), (values) => {
        const { errors } = validator.validateFormData(values, schema);
        expect(errors.length === 0).toBe(validator.isValid(schema, values, schema));
        for (const { property, message } of errors) {
          expect(property).toMatch(/^\.(url|token|port|mode|verify|other)$/);
          expect(message).toMatch(/^[A-Z].*\.$/);
          expect(message).not.toContain('undefined');
        }
      }),
    );
  });

  it('is judged by length, range and need as these are defined', () => {
    const limits = fc.record({
      min: fc.nat({ max: 5 }),
      max: fc.nat({ max: 5 }),
      low: fc.integer(),
      required: fc.boolean(),
    });
    const values = fc.record(
      { text: fc.string({ unit: 'grapheme', maxLength: 8 }), number: fc.integer() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(limits, values, ({ min, max, low, required }, entered) => {
        const limited: JsonSchema = {
          type: 'object',
          required: required ? ['text', 'number'] : [],
          properties: {
            text: { type: 'string', minLength: min, maxLength: max },
            number: { type: 'integer', minimum: low },
          },
        };
        const { text, number } = entered;
        const length = text === undefined ? undefined : [...text].length;
        const textFits = length === undefined ? !required : length >= min && length <= max;
        const numberFits = number === undefined ? !required : number >= low;
        const found = messagesOf(entered, limited);
        expect('.text' in found).toBe(!textFits);
        expect('.number' in found).toBe(!numberFits);
      }),
    );
  });
});

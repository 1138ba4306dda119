import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonSchema } from './json-schema';
import { friendlyMessage } from './messages';

describe('the message of a failed keyword', () => {
  it.each<[string, JsonSchema, string]>([
    ['required', {}, 'Fill in this field.'],
    ['minLength', { minLength: 1 }, 'Fill in this field.'],
    ['minLength', { minLength: 8 }, 'Enter at least 8 characters.'],
    ['maxLength', { maxLength: 64 }, 'Enter at most 64 characters.'],
    ['minimum', { minimum: 0 }, 'Enter 0 or more.'],
    ['maximum', { maximum: 65535 }, 'Enter 65535 or less.'],
    ['exclusiveMinimum', { exclusiveMinimum: 0 }, 'Enter more than 0.'],
    ['exclusiveMaximum', { exclusiveMaximum: 1 }, 'Enter less than 1.'],
    ['multipleOf', { multipleOf: 5 }, 'Enter a multiple of 5.'],
    ['enum', { enum: ['a'] }, 'Choose one of the offered values.'],
    ['type', { type: 'integer' }, 'Enter a whole number.'],
    ['type', { type: ['string', 'null'] }, 'This value has the wrong type.'],
    ['false', {}, 'This field is not known here.'],
    ['not', {}, 'Check this value.'],
    ['format', { format: 'hostname' }, 'Enter a host name, for example db.example.com.'],
    ['format', { format: 'duration' }, 'This does not have the expected form.'],
    ['pattern', { pattern: '^a' }, 'This does not have the expected form.'],
    [
      'pattern',
      { pattern: '^a', examples: ['abc'] },
      'This does not have the expected form. For example abc.',
    ],
    ['pattern', { pattern: '^a', examples: [] }, 'This does not have the expected form.'],
    ['pattern', { format: 'uri', 'x-pattern-message': 'must be on https' }, 'Must be on https.'],
  ])('%s of %j', (keyword, schema, message) => {
    expect(friendlyMessage(keyword, schema)).toBe(message);
  });

  it('says the same of a format and of the pattern that narrows it', () => {
    const url: JsonSchema = { format: 'uri', pattern: '^https?://' };
    expect(friendlyMessage('pattern', url)).toBe(friendlyMessage('format', url));
  });

  it('is a sentence, whatever the keyword', () => {
    fc.assert(
      fc.property(fc.string(), (keyword) => {
        expect(friendlyMessage(keyword, {})).toMatch(/^[A-Z].*\.$/s);
      }),
    );
  });
});

import { sentence } from '../../lib/format';
import type { JsonSchema } from './json-schema';

const FORMATS: Record<string, string> = {
  uri: 'Enter a full address, for example https://example.com.',
  url: 'Enter a full address, for example https://example.com.',
  email: 'Enter an e-mail address, for example name@example.com.',
  hostname: 'Enter a host name, for example db.example.com.',
  uuid: 'Enter an identifier such as 3f2b8c1e-0d4a-4f6b-9c1d-2e5f7a8b9c0d.',
  date: 'Enter a date, for example 2026-01-31.',
  'date-time': 'Enter a date and time, for example 2026-01-31T09:00:00Z.',
  ipv4: 'Enter an IPv4 address, for example 10.0.0.1.',
  ipv6: 'Enter an IPv6 address, for example 2001:db8::1.',
};

const TYPES: Record<string, string> = {
  string: 'Enter text.',
  number: 'Enter a number.',
  integer: 'Enter a whole number.',
  boolean: 'Choose yes or no.',
  array: 'Enter a list.',
  object: 'Fill in this section.',
};

/** A format often comes with a pattern that narrows it: both say the same to a person. */
function formMessage(schema: JsonSchema): string {
  const own: unknown = schema['x-pattern-message'];
  if (typeof own === 'string') return sentence(own);
  return FORMATS[schema.format ?? ''] ?? `This does not have the expected form.${exampleOf(schema)}`;
}

function exampleOf(schema: JsonSchema): string {
  const example: unknown = Array.isArray(schema.examples) ? schema.examples[0] : undefined;
  return example === undefined ? '' : ` For example ${String(example)}.`;
}

/** What a person should do about a failed keyword of `schema`. */
export function friendlyMessage(keyword: string, schema: JsonSchema): string {
  switch (keyword) {
    case 'required':
      return 'Fill in this field.';
    case 'minLength':
      return schema.minLength === 1
        ? 'Fill in this field.'
        : `Enter at least ${schema.minLength} characters.`;
    case 'maxLength':
      return `Enter at most ${schema.maxLength} characters.`;
    case 'pattern':
    case 'format':
      return formMessage(schema);
    case 'minimum':
      return `Enter ${schema.minimum} or more.`;
    case 'maximum':
      return `Enter ${schema.maximum} or less.`;
    case 'exclusiveMinimum':
      return `Enter more than ${schema.exclusiveMinimum}.`;
    case 'exclusiveMaximum':
      return `Enter less than ${schema.exclusiveMaximum}.`;
    case 'multipleOf':
      return `Enter a multiple of ${schema.multipleOf}.`;
    case 'enum':
    case 'const':
      return 'Choose one of the offered values.';
    case 'minItems':
      return `Enter at least ${schema.minItems}.`;
    case 'maxItems':
      return `Enter at most ${schema.maxItems}.`;
    case 'uniqueItems':
      return 'Each value may stand here once.';
    // `additionalProperties: false`: the interpreter names the keyword after the schema.
    case 'false':
      return 'This field is not known here.';
    case 'type':
      return TYPES[String(schema.type)] ?? 'This value has the wrong type.';
    default:
      return 'Check this value.';
  }
}

import type { ErrorObject } from 'ajv/dist/2020.js';

/** Field path (`config.server_url`) → what is wrong with it, in plain words. Never holds a value. */
export type FieldErrors = Record<string, string[]>;

interface FieldLimits {
  minimum?: number;
  maximum?: number;
  'x-pattern-message'?: string;
}

export const URL_MESSAGE = 'must be a URL that starts with https:// or http://';
const TYPES: Record<string, string> = {
  string: 'must be a text',
  integer: 'must be a whole number',
  number: 'must be a number',
  boolean: 'must be true or false',
  object: 'must be an object',
};
/** Anything longer, or with digits, may be a secret pasted in the wrong place: it is not repeated. */
const PLAIN_NAME = /^[a-z][A-Za-z_]{0,31}$/;

function rangeMessage({ minimum, maximum }: FieldLimits): string {
  if (minimum !== undefined && maximum !== undefined) return `must be between ${minimum} and ${maximum}`;
  return minimum === undefined ? `must be at most ${maximum}` : `must be at least ${minimum}`;
}

function message({ keyword, params, parentSchema }: ErrorObject): string {
  const field = (parentSchema ?? {}) as FieldLimits & { format?: string };
  switch (keyword) {
    case 'type':
      return TYPES[String(params.type)] ?? 'has the wrong type';
    case 'format':
    case 'pattern':
      if (field.format === 'uri') return URL_MESSAGE;
      if (keyword === 'format')
        return field.format === 'email' ? 'must be an e-mail address' : 'must be a host name';
      return field['x-pattern-message'] ?? 'does not have the expected form';
    case 'minLength':
      return params.limit === 1 ? 'is required' : `must be at least ${String(params.limit)} characters long`;
    case 'maxLength':
      return `must be at most ${String(params.limit)} characters long`;
    case 'minimum':
    case 'maximum':
      return rangeMessage(field);
    case 'enum':
      return `must be one of: ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `must be ${String(params.allowedValue)}`;
    default:
      return 'is not valid';
  }
}

/** Adds a message to a field, once. */
export function addError(errors: FieldErrors, field: string, text: string): void {
  const messages = (errors[field] ??= []);
  if (!messages.includes(text)) messages.push(text);
}

/**
 * Ajv's errors in plain English.
 * @param root `config` or `credentials`
 * @param owner what the fields belong to, for the message about an unknown one
 */
export function toFieldErrors(root: string, owner: string, found: ErrorObject[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const error of found) {
    const path = error.instancePath.replaceAll('/', '.');
    if (error.keyword === 'required') {
      addError(errors, `${root}${path}.${String(error.params.missingProperty)}`, 'is required');
    } else if (error.keyword === 'additionalProperties') {
      const name = String(error.params.additionalProperty);
      if (PLAIN_NAME.test(name)) addError(errors, `${root}${path}.${name}`, `is not a field of ${owner}`);
      else addError(errors, `${root}${path}`, `has a field that is not one of ${owner}`);
    } else {
      addError(errors, `${root}${path}`, message(error));
    }
  }
  return errors;
}

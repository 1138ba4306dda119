import { applyDecorators, type Type as Class } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import ipaddr from 'ipaddr.js';

/**
 * One decorator per field says both what is accepted and what the OpenAPI document shows, so that the two
 * cannot drift apart.
 */
interface FieldOptions {
  description?: string;
  example?: unknown;
  optional?: boolean;
  /** `null` is a value of its own, besides the type. */
  nullable?: boolean;
}

function field(
  options: FieldOptions,
  schema: Record<string, unknown>,
  ...checks: PropertyDecorator[]
): PropertyDecorator {
  const { description, example, optional = false, nullable = false } = options;
  const shown = {
    ...schema,
    ...(nullable ? { nullable } : {}),
    ...(description ? { description } : {}),
    ...(example === undefined ? {} : { example }),
    required: !optional,
  } as ApiPropertyOptions;
  const guards: PropertyDecorator[] = [];
  if (optional)
    guards.push(nullable ? IsOptional() : ValidateIf((_: object, value: unknown) => value !== undefined));
  else if (nullable) guards.push(ValidateIf((_: object, value: unknown) => value !== null));
  return applyDecorators(ApiProperty(shown), ...guards, ...checks);
}

interface TextOptions extends FieldOptions {
  min?: number;
  max?: number;
  pattern?: { expression: RegExp; wants: string };
  format?: string;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** A day that the month does not have would be taken for one of the next. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);

const isDateTime = (text: string): boolean =>
  RFC3339.test(text) && !Number.isNaN(Date.parse(text)) && isDay(text.slice(0, 10));

/** Not the spellings that only a URL's reader takes for an address (`127.1`, `0x7f.1`). */
export const isAddress = (text: string): boolean =>
  text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);

/**
 * A network, or an address. None of a zone, which is known to one machine, and no part of IPv6 that begins in the midst of
 * the IPv4 addresses in it (`::ffff:192.0.2.0/24` is no network of 256).
 */
function isNetwork(text: string): boolean {
  if (!/[.:]/.test(text) || text.includes('%')) return false;
  if (!ipaddr.isValidCIDR(text)) return isAddress(text);
  const [address, bits] = ipaddr.parseCIDR(text);
  return !(address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) || bits >= 96;
}

/** A bounded string; NUL and half a surrogate pair are refused since PostgreSQL cannot keep them. */
export function TextField(options: TextOptions = {}): PropertyDecorator {
  const { min = 0, max = 255, pattern, format } = options;
  return field(
    options,
    { type: 'string', ...(min ? { minLength: min } : {}), maxLength: max, ...(format ? { format } : {}) },
    IsString({ message: 'must be a text' }),
    MinLength(min, { message: min === 1 ? 'must not be empty' : `must have at least ${min} characters` }),
    MaxLength(max, { message: `must have at most ${max} characters` }),
    Matches(/^[^\0\p{Cs}]*$/u, { message: 'must not contain NUL or half a character' }),
    ...(pattern ? [Matches(pattern.expression, { message: pattern.wants })] : []),
  );
}

/** Text that a person reads as a name: not blank. */
export const NameField = (options: TextOptions = {}) =>
  TextField({
    min: 1,
    pattern: { expression: /^(?=.*\S)\P{Cc}*$/u, wants: 'must be one line of text that is not blank' },
    ...options,
  });

export const EmailField = (options: FieldOptions = {}) =>
  field(
    { example: 'ada@example.com', ...options },
    { type: 'string', format: 'email', maxLength: 254 },
    IsString({ message: 'must be a text' }),
    MaxLength(254, { message: 'must have at most 254 characters' }),
    IsEmail({}, { message: 'must be an e-mail address' }),
  );

export const UuidField = (options: FieldOptions = {}) =>
  field(options, { type: 'string', format: 'uuid' }, IsUUID('all', { message: 'must be a UUID' }));

export const UuidsField = (options: FieldOptions & { max?: number } = {}) =>
  field(
    options,
    { type: 'array', items: { type: 'string', format: 'uuid' }, maxItems: options.max ?? 100 },
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(options.max ?? 100, { message: `must have at most ${options.max ?? 100} entries` }),
    IsUUID('all', { each: true, message: 'each entry must be a UUID' }),
  );

export const BooleanField = (options: FieldOptions = {}) =>
  field(options, { type: 'boolean' }, IsBoolean({ message: 'must be true or false' }));

export const IntegerField = (options: FieldOptions & { min?: number; max?: number } = {}) =>
  field(
    options,
    {
      type: 'integer',
      ...(options.min === undefined ? {} : { minimum: options.min }),
      ...(options.max === undefined ? {} : { maximum: options.max }),
    },
    IsInt({ message: 'must be a whole number' }),
    Min(options.min ?? Number.MIN_SAFE_INTEGER, { message: `must be at least ${options.min}` }),
    Max(options.max ?? Number.MAX_SAFE_INTEGER, { message: `must be at most ${options.max}` }),
  );

/** A number that need not be whole; for answers. */
export const NumberField = (options: FieldOptions = {}) => field(options, { type: 'number' });

/** A whole number in a query string, where everything arrives as text. */
export const QueryIntegerField = (options: FieldOptions & { min: number; max: number; fallback: number }) =>
  applyDecorators(
    Type(() => Number),
    IntegerField({
      ...options,
      optional: true,
      description: `${options.description ?? ''} Default ${options.fallback}.`.trim(),
    }),
  );

export const ChoiceField = (choices: readonly string[], options: FieldOptions = {}) =>
  field(
    options,
    { type: 'string', enum: [...choices] },
    IsIn([...choices], { message: `must be one of ${choices.join(', ')}` }),
  );

/** An object whose shape is settled elsewhere (a manifest's schema); it arrives there as it was sent. */
export const ObjectField = (options: FieldOptions = {}) =>
  field(
    options,
    { type: 'object', additionalProperties: true },
    // Otherwise class-transformer drops fields by the names of Object's own, such as `constructor`.
    Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]),
    IsObject({ message: 'must be an object' }),
  );

/** A shape in a request, whose own fields are checked like the others. */
export const NestedField = (type: () => Class, options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(
    ShapeField(type, options),
    ...(options.optional ? [ValidateIf((_: object, value: unknown) => value !== undefined)] : []),
    Type(type),
    IsObject({ message: 'must be an object' }),
    ValidateNested(),
  );

export const DateField = (options: FieldOptions = {}) =>
  field({ example: '2026-01-15T10:00:00.000Z', ...options }, { type: 'string', format: 'date-time' });

/** A nested shape of an answer. */
export const ShapeField = (type: () => Class, options: FieldOptions = {}): PropertyDecorator =>
  // Swagger takes a function for a lazy type by its name, which the property gives it.
  ApiProperty({
    type: () => type(),
    required: !options.optional,
    ...(options.nullable ? { nullable: true } : {}),
    ...(options.description ? { description: options.description } : {}),
  });

export const ShapesField = (type: () => Class, options: FieldOptions = {}): PropertyDecorator =>
  ApiProperty({
    type: () => type(),
    isArray: true,
    required: !options.optional,
    ...(options.description ? { description: options.description } : {}),
  });

interface ListOptions extends FieldOptions {
  min?: number;
  max?: number;
}

function listField(
  { min = 0, max = 100, ...options }: ListOptions,
  items: Record<string, unknown>,
  ...checks: PropertyDecorator[]
): PropertyDecorator {
  return field(
    options,
    { type: 'array', items, ...(min ? { minItems: min } : {}), maxItems: max },
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(min, { message: `must have at least ${min} ${min === 1 ? 'entry' : 'entries'}` }),
    ArrayMaxSize(max, { message: `must have at most ${max} entries` }),
    ...checks,
  );
}

export const TextsField = (options: ListOptions = {}) =>
  listField(
    options,
    { type: 'string', maxLength: 255 },
    IsString({ each: true, message: 'each entry must be a text' }),
    MaxLength(255, { each: true, message: 'each entry must have at most 255 characters' }),
    Matches(/^[^\0\p{Cs}]*$/u, { each: true, message: 'must not contain NUL or half a character' }),
  );

/** Some of a fixed set. */
export const ChoicesField = (choices: readonly string[], options: ListOptions = {}) =>
  listField(
    options,
    { type: 'string', enum: [...choices] },
    IsIn([...choices], { each: true, message: `each entry must be one of ${choices.join(', ')}` }),
  );

/** Networks in CIDR notation (RFC 4632, RFC 4291) or single addresses. */
export const NetworksField = (options: ListOptions = {}) =>
  listField(
    options,
    { type: 'string', maxLength: 64 },
    IsString({ each: true, message: 'each entry must be a text' }),
    ValidateBy(
      {
        name: 'isNetwork',
        validator: {
          validate: (value: unknown) => typeof value === 'string' && isNetwork(value),
        },
      },
      { each: true, message: 'each entry must be a network or address, such as 203.0.113.0/24' },
    ),
  );

/** A moment, given by the caller. */
export const DateTimeField = (options: FieldOptions = {}) =>
  field(
    { example: '2027-01-15T10:00:00.000Z', ...options },
    { type: 'string', format: 'date-time', maxLength: 40 },
    ValidateBy(
      {
        name: 'isDateTime',
        validator: { validate: (value: unknown) => typeof value === 'string' && isDateTime(value) },
      },
      { message: 'must be a time such as 2027-01-15T10:00:00Z (RFC 3339)' },
    ),
  );

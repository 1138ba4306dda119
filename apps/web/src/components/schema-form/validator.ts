import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import {
  createErrorHandler,
  type CustomValidator,
  type ErrorTransformer,
  type RJSFValidationError,
  toErrorSchema,
  type UiSchema,
  unwrapErrorHandler,
  validationDataMerge,
  type ValidationData,
  type ValidatorType,
} from '@rjsf/utils';
import type { FormValues, JsonSchema } from './json-schema';
import { friendlyMessage } from './messages';

/** Units that only repeat, one level up, what another unit says precisely. */
const AGGREGATES = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'prefixItems',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'then',
  'else',
  '$ref',
  'dependentSchemas',
]);

/** JSON has no `undefined`, and the interpreter refuses it: such fields count as absent. */
function toJson(value: unknown): unknown {
  return value === undefined ? {} : JSON.parse(JSON.stringify(value));
}

function interpret(schema: JsonSchema, value: unknown): OutputUnit[] {
  const interpreter = new Validator(schema as Schema, '2020-12', false);
  return interpreter.validate(toJson(value)).errors;
}

/** `#/clusters/0/name` → `['clusters', '0', 'name']` */
function pathOf(location: string): string[] {
  return location
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function schemaAt(root: JsonSchema, path: string[]): JsonSchema {
  return path.reduce<JsonSchema>((schema, part) => {
    const next = schema.properties?.[part] ?? schema.items;
    return typeof next === 'object' && !Array.isArray(next) ? next : {};
  }, root);
}

/** The interpreter names the missing property in its message only. */
const MISSING = /required property "(.+)"/;

function toValidationError(unit: OutputUnit, root: JsonSchema): RJSFValidationError {
  const missing = unit.keyword === 'required' ? MISSING.exec(unit.error)?.[1] : undefined;
  const path =
    missing === undefined ? pathOf(unit.instanceLocation) : [...pathOf(unit.instanceLocation), missing];
  const message = friendlyMessage(unit.keyword, schemaAt(root, path));
  return {
    name: unit.keyword,
    message,
    property: path.map((part) => `.${part}`).join(''),
    schemaPath: unit.keywordLocation,
    stack: message,
  };
}

function isSame(a: RJSFValidationError, b: RJSFValidationError): boolean {
  return a.property === b.property && a.message === b.message;
}

/** Validates by interpreting the schema: nothing is compiled, so the content policy can forbid `eval`. */
class InterpretingValidator implements ValidatorType<FormValues, JsonSchema> {
  validateFormData(
    formData: FormValues | undefined,
    schema: JsonSchema,
    customValidate?: CustomValidator<FormValues, JsonSchema>,
    transformErrors?: ErrorTransformer<FormValues, JsonSchema>,
    uiSchema?: UiSchema<FormValues, JsonSchema>,
  ): ValidationData<FormValues> {
    const found = interpret(schema, formData)
      .filter((unit) => !AGGREGATES.has(unit.keyword))
      .map((unit) => toValidationError(unit, schema))
      .filter((error, index, all) => all.findIndex((other) => isSame(other, error)) === index);
    const errors = transformErrors ? transformErrors(found, uiSchema) : found;
    const data = { errors, errorSchema: toErrorSchema<FormValues>(errors) };
    if (!customValidate) return data;
    const handler = customValidate(formData, createErrorHandler<FormValues>(formData ?? {}), uiSchema);
    return validationDataMerge<FormValues>(data, unwrapErrorHandler<FormValues>(handler));
  }

  isValid(schema: JsonSchema, formData: FormValues | undefined, rootSchema: JsonSchema): boolean {
    try {
      const definitions = rootSchema.$defs ? { $defs: rootSchema.$defs } : {};
      return interpret({ ...definitions, ...schema }, formData).length === 0;
    } catch {
      return false;
    }
  }

  rawValidation<Result>(
    schema: JsonSchema,
    formData?: FormValues,
  ): { errors?: Result[]; validationError?: Error } {
    return { errors: interpret(schema, formData) as Result[] };
  }
}

const validator = new InterpretingValidator();

export default validator;

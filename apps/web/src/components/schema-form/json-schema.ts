import type { RJSFSchema } from '@rjsf/utils';
import { humanize } from '../../lib/format';

/** The values of a form: an object of JSON values. */
export type FormValues = Record<string, unknown>;

/** A JSON Schema as the catalogue sends it. */
export type JsonSchema = RJSFSchema;

/** Names of the properties that a schema marks as secret. */
export function secretNames(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === 'object' && property.writeOnly === true ? [name] : [],
  );
}

/** The values without those that the schema marks as secret or does not know: what may be kept in the browser. */
export function withoutSecrets(schema: JsonSchema, values: FormValues): FormValues {
  const secret = new Set(secretNames(schema));
  const known = schema.properties ?? {};
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => Object.hasOwn(known, name) && !secret.has(name)),
  );
}

/** The schema without properties that the program fills in itself. */
export function withoutProperties(schema: JsonSchema, names: string[]): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name)),
  );
  return { ...schema, properties, required: schema.required?.filter((name) => !names.includes(name)) };
}

/** The title that a person sees for a property, or its name in words. */
export function titleOf(schema: JsonSchema, name: string): string {
  const property = schema.properties?.[name];
  return (typeof property === 'object' && property.title) || humanize(name);
}

export function hasFields(schema: JsonSchema): boolean {
  return Object.keys(schema.properties ?? {}).length > 0;
}

import {
  type FormValues,
  type JsonSchema,
  withoutProperties,
} from '../../../../components/schema-form/json-schema';
import type { IntegrationType } from '../../api/types';

interface FieldGroup {
  fields: string[];
  /** Ways to authenticate; left out for all of them. */
  only_for?: string[];
}

/** The configuration that one way to authenticate needs: without the fields of others. */
export function configFormOf(type: IntegrationType, authMode: string): JsonSchema {
  const groups = (type.ui_schema.config?.['ui:groups'] ?? []) as FieldGroup[];
  const others = groups.filter(({ only_for: ways }) => ways && !ways.includes(authMode));
  const hidden = others.flatMap(({ fields }) => fields);
  const schema = withoutProperties(type.config_schema, hidden);
  const needed = type.auth_modes.find(({ id }) => id === authMode)?.requires_config ?? [];
  return { ...schema, required: [...new Set([...(schema.required ?? []), ...needed])] };
}

const isField = (schema: JsonSchema, name: string): boolean => Object.hasOwn(schema.properties ?? {}, name);

/** The values that a form shows. */
export function shownIn(schema: JsonSchema, values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isField(schema, name)));
}

/** What a form says in the place of what it showed; the rest stays. */
export function mergedInto(schema: JsonSchema, values: FormValues, shown: FormValues): FormValues {
  const rest = Object.entries(values).filter(([name]) => !isField(schema, name));
  return { ...Object.fromEntries(rest), ...shown };
}

import type { UiSchema } from '@rjsf/utils';
import type { FormValues, JsonSchema } from './json-schema';

export type FormUiSchema = UiSchema<FormValues, JsonSchema>;

function widgetFor(property: JsonSchema): string | undefined {
  if (property.writeOnly) return 'secret';
  if (property['x-multiline']) return 'textarea';
  return undefined;
}

/** RJSF refuses an order that does not name every property: whatever is not named comes last. */
function completeOrder(uiSchema: FormUiSchema | undefined): string[] {
  const order = uiSchema?.['ui:order'] ?? [];
  return order.includes('*') ? order : [...order, '*'];
}

/** The catalogue's order, with our widgets for secrets and long texts. */
export function buildUiSchema(schema: JsonSchema, uiSchema: FormUiSchema | undefined): FormUiSchema {
  const built: FormUiSchema = { ...uiSchema, 'ui:order': completeOrder(uiSchema) };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property !== 'object') continue;
    const widget = widgetFor(property);
    if (widget) built[name] = { ...built[name], 'ui:widget': widget };
  }
  return built;
}

/** The section's own title and description are the page's business. */
export function bareSchema(schema: JsonSchema): JsonSchema {
  const { title: _title, description: _description, ...rest } = schema;
  return rest;
}

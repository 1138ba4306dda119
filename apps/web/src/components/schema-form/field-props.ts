import type { WidgetProps } from '@rjsf/utils';
import type { FormValues, JsonSchema } from './json-schema';

export type FieldProps = WidgetProps<FormValues, JsonSchema>;

/** What every Mantine input takes from an RJSF widget; Mantine links label, description and error by itself. */
export function inputProps({
  id,
  htmlName,
  label,
  schema,
  options,
  required,
  disabled,
  readonly,
  autofocus,
  ...rest
}: FieldProps) {
  const example: unknown = Array.isArray(schema.examples) ? schema.examples[0] : undefined;
  return {
    id,
    name: htmlName ?? id,
    label,
    description: options.description ?? schema.description,
    required,
    disabled: disabled || readonly,
    autoFocus: autofocus,
    placeholder: rest.placeholder || (example === undefined ? undefined : String(example)),
    error: rest.rawErrors?.length ? rest.rawErrors.join(' ') : undefined,
    onFocus: () => rest.onFocus(id, rest.value),
    onBlur: () => rest.onBlur(id, rest.value),
  };
}

/** An emptied field is an absent one. */
export function textOrAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}

import { withTheme } from '@rjsf/core';
import { generateTemplates } from '@rjsf/mantine/lib/templates/index.js';
import type { ErrorSchema } from '@rjsf/utils';
import { ErrorSchemaBuilder } from '@rjsf/utils';
import { type ReactNode, useMemo, useState } from 'react';
import { bareSchema, buildUiSchema, type FormUiSchema } from './form-schema';
import type { FormValues, JsonSchema } from './json-schema';
import { SecretWidget } from './SecretWidget';
import classes from './SchemaForm.module.css';
import { FieldTemplate, ObjectFieldTemplate } from './templates';
import validator from './validator';
import { SelectWidget, SwitchWidget, TextareaWidget, TextWidget } from './widgets';

const MantineForm = withTheme<FormValues, JsonSchema>({
  templates: {
    ...generateTemplates<FormValues, JsonSchema>(),
    FieldTemplate,
    ObjectFieldTemplate,
    BaseInputTemplate: TextWidget,
  },
  widgets: {
    TextWidget,
    TextareaWidget,
    SelectWidget,
    CheckboxWidget: SwitchWidget,
    PasswordWidget: SecretWidget,
    secret: SecretWidget,
  },
});

export interface SchemaFormProps {
  /** The form's id: a button elsewhere submits it with `form={id}`. */
  id: string;
  schema: JsonSchema;
  uiSchema?: FormUiSchema;
  values: FormValues;
  onChange: (values: FormValues) => void;
  /** Called with valid values only. */
  onSubmit: (values: FormValues) => void;
  /** Messages of the server by field; each goes away when its field changes. */
  serverErrors?: Record<string, string[]>;
  disabled?: boolean;
  /** What follows the fields: the buttons. */
  children: ReactNode;
}

function toErrorSchema(errors: Record<string, string[]>): ErrorSchema<FormValues> {
  const builder = new ErrorSchemaBuilder<FormValues>();
  for (const [field, messages] of Object.entries(errors)) builder.addErrors(messages, field);
  return builder.ErrorSchema;
}

function stillTrue(
  errors: Record<string, string[]>,
  before: FormValues,
  now: FormValues,
): Record<string, string[]> {
  return Object.fromEntries(Object.entries(errors).filter(([field]) => before[field] === now[field]));
}

/** A form for any schema of the catalogue. Errors show on the first submit, and live from then on. */
export default function RjsfForm(props: SchemaFormProps) {
  const { id, schema, uiSchema, values, onChange, onSubmit, serverErrors, disabled, children } = props;
  const [submitted, setSubmitted] = useState(false);
  // The values that the server refused, to tell which of its messages still hold.
  const messages = JSON.stringify(serverErrors ?? {});
  const [refusal, setRefusal] = useState({ messages, values });
  if (refusal.messages !== messages) setRefusal({ messages, values });

  const formSchema = useMemo(() => bareSchema(schema), [schema]);
  const formUi = useMemo(() => buildUiSchema(schema, uiSchema), [schema, uiSchema]);
  const extraErrors = useMemo(
    () =>
      toErrorSchema(
        stillTrue(JSON.parse(refusal.messages) as Record<string, string[]>, refusal.values, values),
      ),
    [refusal, values],
  );

  return (
    <MantineForm
      id={id}
      idPrefix={id}
      schema={formSchema}
      uiSchema={formUi}
      validator={validator}
      formData={values}
      extraErrors={extraErrors}
      onChange={({ formData }) => onChange(formData ?? {})}
      onSubmit={({ formData }) => onSubmit(formData ?? {})}
      onError={() => setSubmitted(true)}
      liveValidate={submitted ? 'onChange' : undefined}
      disabled={disabled}
      noHtml5Validate
      showErrorList={false}
      focusOnFirstError
      autoComplete="off"
    >
      <div className={classes.after}>{children}</div>
    </MantineForm>
  );
}

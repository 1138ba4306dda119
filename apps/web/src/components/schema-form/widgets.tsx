import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import classes from './SchemaForm.module.css';
import { type FieldProps, inputProps, textOrAbsent } from './field-props';
import { FileFill } from './FileFill';

/** RJSF calls it for text and numbers alike. */
export function TextWidget(props: FieldProps) {
  const { schema, value, onChange } = props;
  if (schema.type === 'number' || schema.type === 'integer') return <NumberWidget {...props} />;
  return (
    <TextInput
      {...inputProps(props)}
      value={value ?? ''}
      onChange={(event) => onChange(textOrAbsent(event.currentTarget.value))}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}

function NumberWidget(props: FieldProps) {
  const { schema, value, onChange } = props;
  return (
    <NumberInput
      {...inputProps(props)}
      value={value ?? ''}
      onChange={(next) => onChange(next === '' ? undefined : next)}
      allowDecimal={schema.type === 'number'}
      min={schema.minimum}
      max={schema.maximum}
      clampBehavior="none"
      classNames={{ wrapper: classes.number }}
    />
  );
}

/** Many lines that are no secret: certificates, mostly. */
export function TextareaWidget(props: FieldProps) {
  return (
    <FileFill label={props.label} disabled={props.disabled || props.readonly} onText={props.onChange}>
      <Textarea
        {...inputProps(props)}
        value={props.value ?? ''}
        onChange={(event) => props.onChange(textOrAbsent(event.currentTarget.value))}
        autosize
        minRows={4}
        maxRows={10}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: classes.lines }}
      />
    </FileFill>
  );
}

export function SelectWidget(props: FieldProps) {
  const options = props.options.enumOptions ?? [];
  const selected = options.findIndex((option) => option.value === props.value);
  return (
    <Select
      {...inputProps(props)}
      data={options.map((option, index) => ({ value: String(index), label: option.label }))}
      value={selected < 0 ? null : String(selected)}
      onChange={(index) => props.onChange(index === null ? undefined : options[Number(index)]?.value)}
      clearable={!props.required}
      allowDeselect={!props.required}
    />
  );
}

export function SwitchWidget(props: FieldProps) {
  const { placeholder: _placeholder, required: _required, ...common } = inputProps(props);
  return (
    <Switch
      {...common}
      checked={props.value === true}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

import { ActionIcon, PasswordInput, Textarea } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { type FieldProps, inputProps, textOrAbsent } from './field-props';
import { FileFill } from './FileFill';
import classes from './SecretWidget.module.css';

/** Keeps browsers and password managers from offering to store a service's secret as this site's password. */
const unmanaged = {
  autoComplete: 'off',
  autoCorrect: 'off',
  autoCapitalize: 'none',
  spellCheck: false,
  'data-1p-ignore': true,
  'data-lpignore': 'true',
  'data-bwignore': true,
} as const;

/** A masked field that can be revealed; a text area where the secret has lines, such as a private key. */
export function SecretWidget(props: FieldProps) {
  if (props.schema['x-multiline']) return <SecretLines {...props} />;
  return (
    <PasswordInput
      {...inputProps(props)}
      {...unmanaged}
      value={props.value ?? ''}
      onChange={(event) => props.onChange(textOrAbsent(event.currentTarget.value))}
      visibilityToggleButtonProps={{ 'aria-label': `Show or hide ${props.label}`, tabIndex: 0 }}
    />
  );
}

function SecretLines(props: FieldProps) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? IconEyeOff : IconEye;
  return (
    <FileFill label={props.label} disabled={props.disabled || props.readonly} onText={props.onChange}>
      <Textarea
        {...inputProps(props)}
        {...unmanaged}
        value={props.value ?? ''}
        onChange={(event) => props.onChange(textOrAbsent(event.currentTarget.value))}
        autosize
        minRows={4}
        maxRows={10}
        classNames={{
          input: shown ? classes.lines : `${classes.lines} ${classes.masked}`,
          section: classes.corner,
        }}
        rightSectionPointerEvents="all"
        rightSection={
          props.value !== undefined && (
            <ActionIcon
              aria-label={shown ? `Hide ${props.label}` : `Show ${props.label}`}
              onClick={() => setShown(!shown)}
            >
              <Icon size={16} aria-hidden />
            </ActionIcon>
          )
        }
      />
    </FileFill>
  );
}

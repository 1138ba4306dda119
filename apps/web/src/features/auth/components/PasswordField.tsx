import { PasswordInput, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCircle, IconX } from '@tabler/icons-react';
import { byteLength, PASSWORD_MAX_BYTES, PASSWORD_MIN_BYTES } from './password-rules';
import classes from './PasswordField.module.css';

interface PasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  error?: string;
}

/** A new password with its rules, checked while typing. */
export function PasswordField({ value, onChange, error }: PasswordFieldProps) {
  const bytes = byteLength(value);
  const rules = (
    <ul className={classes.rules}>
      <Rule met={bytes >= PASSWORD_MIN_BYTES} text={`At least ${PASSWORD_MIN_BYTES} characters`} />
      <Rule
        met={bytes > 0 && bytes <= PASSWORD_MAX_BYTES}
        broken={bytes > PASSWORD_MAX_BYTES}
        text={`At most ${PASSWORD_MAX_BYTES} bytes (${bytes} now)`}
      />
      <Rule met={false} text="Not a common password: checked when you continue" />
    </ul>
  );
  return (
    <PasswordInput
      label="Password"
      name="password"
      required
      autoComplete="new-password"
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      description={rules}
      descriptionProps={{ component: 'div' }}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
    />
  );
}

function Rule({ met, broken, text }: { met: boolean; broken?: boolean; text: string }) {
  const Icon = broken ? IconX : met ? IconCheck : IconCircle;
  return (
    <li className={classes.rule} data-met={met || undefined} data-broken={broken || undefined}>
      <Icon size={14} aria-hidden />
      {text}
      {met && <VisuallyHidden>: done</VisuallyHidden>}
    </li>
  );
}

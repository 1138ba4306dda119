import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Notice } from '../../../components/Notice';
import { fieldErrorsOf } from '../../../lib/api-error';
import { type Registration, useRegister } from '../api/register';
import { authMessage } from './auth-errors';
import { PasswordField } from './PasswordField';
import { passwordProblem } from './password-rules';

interface AccountFormProps {
  organizationRequired: boolean;
  submitLabel: string;
  onDone: () => void;
}

type Problems = Partial<Record<keyof Registration, string>>;

function problemsOf(values: Required<Registration>, organizationRequired: boolean): Problems {
  const problems: Problems = {};
  if (!values.full_name.trim()) problems.full_name = 'Enter your name.';
  if (!/^\S+@\S+\.\S+$/.test(values.email))
    problems.email = 'Enter an e-mail address, for example name@example.com.';
  if (organizationRequired && !values.organization_name.trim())
    problems.organization_name = 'Name your organisation.';
  const password = passwordProblem(values.password);
  if (password) problems.password = password;
  return problems;
}

/** Creates an account, and with a name its organisation. */
export function AccountForm({ organizationRequired, submitLabel, onDone }: AccountFormProps) {
  const [values, setValues] = useState({ full_name: '', email: '', organization_name: '', password: '' });
  const [problems, setProblems] = useState<Problems>({});
  const register = useRegister();
  const refused = fieldErrorsOf(register.error);

  const set = (name: keyof Registration) => (value: string) => {
    setValues((current) => ({ ...current, [name]: value }));
    setProblems((current) => ({ ...current, [name]: undefined }));
  };
  const errorOf = (name: keyof Registration) => problems[name] ?? refused[name]?.join(' ');

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const found = problemsOf(values, organizationRequired);
    setProblems(found);
    const [first] = Object.keys(found);
    if (first) {
      event.currentTarget.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
      return;
    }
    const { organization_name, ...account } = values;
    const named = organization_name.trim()
      ? { ...account, organization_name: organization_name.trim() }
      : account;
    register.mutate(named, { onSuccess: onDone });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {register.isError && Object.keys(refused).length === 0 && (
          <Notice tone="bad" role="alert">
            {authMessage(register.error)}
          </Notice>
        )}
        <TextInput
          label="Your name"
          name="full_name"
          autoComplete="name"
          required
          value={values.full_name}
          error={errorOf('full_name')}
          onChange={(event) => set('full_name')(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          required
          value={values.email}
          error={errorOf('email')}
          onChange={(event) => set('email')(event.currentTarget.value)}
        />
        <TextInput
          label="Organisation"
          name="organization_name"
          autoComplete="organization"
          description={organizationRequired ? undefined : 'Leave it empty to join one later.'}
          required={organizationRequired}
          value={values.organization_name}
          error={errorOf('organization_name')}
          onChange={(event) => set('organization_name')(event.currentTarget.value)}
        />
        <PasswordField value={values.password} error={errorOf('password')} onChange={set('password')} />
        <Button type="submit" fullWidth loading={register.isPending}>
          {submitLabel}
        </Button>
      </Stack>
    </form>
  );
}

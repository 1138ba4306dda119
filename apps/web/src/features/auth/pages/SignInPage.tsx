import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Notice } from '../../../components/Notice';
import { useInstallation } from '../api/get-installation';
import { useSignIn } from '../api/sign-in';
import { authMessage } from '../components/auth-errors';
import { AuthLayout } from '../components/AuthLayout';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { registration } = useInstallation();
  const { redirect, ended } = route.useSearch();
  const router = useRouter();
  const signIn = useSignIn();
  const emailRef = useRef<HTMLInputElement>(null);
  useEffect(() => emailRef.current?.focus(), []);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    signIn.mutate(
      { email, password },
      { onSuccess: () => router.history.replace(redirect ?? '/integrations') },
    );
  };

  return (
    <AuthLayout
      title="Sign in"
      lead="Welcome back to Latchkey."
      footer={
        registration === 'open' && (
          <>
            New here?{' '}
            <Anchor inherit underline="always" renderRoot={(props) => <Link to="/sign-up" {...props} />}>
              Create an account
            </Anchor>
          </>
        )
      }
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          {ended && !signIn.isError && (
            <Notice tone="idle" role="status">
              Your session has ended. Sign in to go on where you were.
            </Notice>
          )}
          {signIn.isError && (
            <Notice tone="bad" role="alert">
              {authMessage(signIn.error)}
            </Notice>
          )}
          <TextInput
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            ref={emailRef}
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
          />
          <Button type="submit" fullWidth loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  );
}

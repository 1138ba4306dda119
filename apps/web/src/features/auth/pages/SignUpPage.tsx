import { Anchor, Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useInstallation } from '../api/get-installation';
import { AccountForm } from '../components/AccountForm';
import { AuthLayout } from '../components/AuthLayout';

const CLOSED = {
  invite: 'Accounts are made by invitation here. Ask an administrator of your organisation for one.',
  closed: 'This installation takes no new accounts. Ask its administrator.',
};

export function SignUpPage() {
  const { registration } = useInstallation();
  const navigate = useNavigate();
  if (registration !== 'open') {
    return (
      <AuthLayout title="Create an account" lead={CLOSED[registration]}>
        <Button fullWidth variant="default" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
          Back to sign in
        </Button>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout
      title="Create an account"
      lead="Connect the services your team depends on, and know when one breaks."
      footer={
        <>
          Have an account already?{' '}
          <Anchor inherit underline="always" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
            Sign in
          </Anchor>
        </>
      }
    >
      <AccountForm
        organizationRequired={false}
        submitLabel="Create account"
        onDone={() => void navigate({ to: '/integrations', replace: true })}
      />
    </AuthLayout>
  );
}

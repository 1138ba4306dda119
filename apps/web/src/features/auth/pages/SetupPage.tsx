import { useNavigate } from '@tanstack/react-router';
import { useInstallation } from '../api/get-installation';
import { AccountForm } from '../components/AccountForm';
import { AuthLayout } from '../components/AuthLayout';
import { KeyNotice } from '../components/KeyNotice';
import classes from './SetupPage.module.css';

/** The first run of an empty installation. */
export function SetupPage() {
  const installation = useInstallation();
  const navigate = useNavigate();
  return (
    <AuthLayout
      wide
      title="Set up Latchkey"
      lead="This installation is empty. The account you create here administers it."
      footer={`Latchkey ${installation.version}`}
    >
      <div className={classes.columns}>
        <AccountForm
          organizationRequired
          submitLabel="Create account and organisation"
          onDone={() => void navigate({ to: '/integrations', replace: true })}
        />
        {installation.key && <KeyNotice installationKey={installation.key} />}
      </div>
    </AuthLayout>
  );
}

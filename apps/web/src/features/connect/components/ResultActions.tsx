import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Notice } from '../../../components/Notice';
import { messageOf } from '../../../lib/api-error';
import { failureWords } from '../../../lib/connect-outcomes';
import type { ConnectResult } from '../../../lib/connect-result';
import { restartConsent } from '../api/restart-consent';
import { GithubActions } from './GithubActions';

/** What to press on a full page. */
export function ResultActions({ result }: { result: ConnectResult }) {
  const { flow, outcome, integration } = result;
  const remedy = outcome === 'failed' ? failureWords(result).remedy : 'open';
  if (flow !== 'connect') return <GithubActions result={result} />;
  if (remedy === 'sign-in') {
    const back = integration ? `/integrations/${integration}` : '/integrations';
    return (
      <Button renderRoot={(props) => <Link to="/sign-in" search={{ redirect: back }} {...props} />}>
        Sign in
      </Button>
    );
  }
  if (!integration || remedy === 'list') return <ToIntegrations />;
  return (
    <Group gap="xs">
      {(remedy === 'again' || remedy === 'client') && <Again integration={integration} />}
      {remedy === 'client' && (
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link
              to="/integrations/$integrationId"
              params={{ integrationId: integration }}
              search={{ tab: 'settings', edit: 'credentials' }}
              {...props}
            />
          )}
        >
          Change the client
        </Button>
      )}
      <ToIntegration integration={integration} main={remedy === 'open'} />
    </Group>
  );
}

/** Begins the same consent anew, for the same permissions. */
function Again({ integration }: { integration: string }) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const again = () => {
    setPending(true);
    setError(undefined);
    restartConsent(integration)
      .then((address) => window.location.assign(address))
      .catch((cause: unknown) => {
        setPending(false);
        setError(cause);
      });
  };
  return (
    <>
      {error !== undefined && (
        <Notice tone="bad" role="alert" title="The connection could not be begun">
          {messageOf(error)}
        </Notice>
      )}
      <Button onClick={again} loading={pending}>
        Try again
      </Button>
    </>
  );
}

function ToIntegration({ integration, main }: { integration: string; main: boolean }) {
  return (
    <Button
      variant={main ? 'filled' : 'default'}
      renderRoot={(props) => (
        <Link
          to="/integrations/$integrationId"
          params={{ integrationId: integration }}
          search={{}}
          {...props}
        />
      )}
    >
      Go to the integration
    </Button>
  );
}

function ToIntegrations() {
  return (
    <Button renderRoot={(props) => <Link to="/integrations" search={{}} {...props} />}>
      Go to integrations
    </Button>
  );
}

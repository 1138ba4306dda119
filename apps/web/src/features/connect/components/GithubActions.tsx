import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { failureWords } from '../../../lib/connect-outcomes';
import type { ConnectResult } from '../../../lib/connect-result';

/** After a flow of a GitHub App: on to the installation, another attempt, or what was made. */
export function GithubActions({ result }: { result: ConnectResult }) {
  const { flow, outcome, integration } = result;
  const again = outcome === 'failed' && failureWords(result).remedy === 'again';
  const install = flow === 'github_app' && outcome === 'connected';
  return (
    <Group gap="xs">
      {(install || again) && (
        <Button
          renderRoot={(props) => (
            <Link to="/integrations/new" search={{ type: 'github', method: 'app' }} {...props} />
          )}
        >
          {install ? 'Install it' : 'Try again'}
        </Button>
      )}
      {integration ? (
        <Button
          variant={again ? 'default' : 'filled'}
          renderRoot={(props) => (
            <Link
              to="/integrations/$integrationId"
              params={{ integrationId: integration }}
              search={{ tab: 'repositories' }}
              {...props}
            />
          )}
        >
          See its repositories
        </Button>
      ) : (
        <Button
          variant={install || again ? 'default' : 'filled'}
          renderRoot={(props) => <Link to="/integrations" search={{}} {...props} />}
        >
          Go to integrations
        </Button>
      )}
    </Group>
  );
}

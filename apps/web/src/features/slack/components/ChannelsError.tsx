import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { Schemas } from '@latchkey/api-client';
import { Link } from '@tanstack/react-router';
import { ErrorState } from '../../../components/ErrorState';
import { Notice } from '../../../components/Notice';
import { messageOf } from '../../../lib/api-error';
import { remedyOf } from '../remedy';

interface ChannelsErrorProps {
  integration: Schemas['IntegrationDto'];
  error: unknown;
  onRetry: () => void;
  retrying: boolean;
}

const TITLES = {
  wait: 'Slack asks to slow down',
  connect: 'Slack does not show the channels',
} as const;

/** Why the channels did not come, and what helps: waiting, another consent, or another attempt. */
export function ChannelsError({ integration, error, onRetry, retrying }: ChannelsErrorProps) {
  const remedy = remedyOf(error);
  if (remedy === 'retry') {
    return (
      <ErrorState
        title="The channels could not be loaded"
        error={error}
        onRetry={onRetry}
        retrying={retrying}
      />
    );
  }
  return (
    <Notice
      tone="warn"
      role="alert"
      title={TITLES[remedy]}
      actions={
        <>
          {remedy === 'connect' && <ConnectAgain integration={integration} />}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            loading={retrying}
            onClick={onRetry}
          >
            Try again
          </Button>
        </>
      }
    >
      {messageOf(error)}
    </Notice>
  );
}

function ConnectAgain({
  integration: { id, credential_type: kind },
}: Pick<ChannelsErrorProps, 'integration'>) {
  const byConsent = kind === 'oauth2';
  return (
    <Button
      size="xs"
      renderRoot={(props) => (
        <Link
          to="/integrations/$integrationId"
          params={{ integrationId: id }}
          search={byConsent ? { tab: 'token' } : { tab: 'settings', edit: 'credentials' }}
          {...props}
        />
      )}
    >
      {byConsent ? 'Authorise again' : 'Replace credentials'}
    </Button>
  );
}

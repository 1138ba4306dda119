import { Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Notice } from '../../../../components/Notice';
import { useAccountBefore } from '../../api/get-account-before';
import { useTokenHealth } from '../../api/get-token-health';
import type { Integration, IntegrationType } from '../../api/types';
import { sentence } from '../../../../lib/format';
import { providerName, sentenceStart } from './oauth-way';
import { may } from '../may';
import { ResourceChoice } from '../resources/ResourceChoice';

interface ConnectedProps {
  integration: Integration;
  type: IntegrationType;
}

/** A consent has ended well: as whom, and the choice of what the account reaches. */
export function Connected({ integration, type }: ConnectedProps) {
  const provider = providerName(type);
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  const { data: health } = useTokenHealth(integration.id);
  const done = () =>
    void navigate({ search: (search) => ({ ...search, connected: undefined }), replace: true });
  const works = integration.status !== 'error';
  const choosable = type.capabilities.includes('resources') && may(integration, 'integrations:update');
  const account = health?.account?.name ?? health?.account?.id;
  const other = useAccountBefore(integration.id);
  return (
    <Stack gap="md">
      <Notice
        tone={works && !other ? 'ok' : 'warn'}
        role="status"
        title={`${sentenceStart(provider)} is ${works ? 'connected' : 'authorised'}${account ? ` as ${account}` : ''}`}
        onDismiss={done}
      >
        {other && <div>{sentence(other)}</div>}
        {works
          ? 'Latchkey keeps the token sealed, renews it where the service allows that, and tests the connection.'
          : 'The token is kept, but the test that followed failed. Why, and what to do, stands below.'}
      </Notice>
      {works && choosable && (
        <ResourceChoice id={integration.id} provider={provider} onSkip={done} onSaved={done} />
      )}
    </Stack>
  );
}

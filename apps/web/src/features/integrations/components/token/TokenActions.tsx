import { Group } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { GatedButton } from '../../../../components/GatedButton';
import { toastDone, toastFailed } from '../../../../lib/toast';
import { useRefreshToken } from '../../api/refresh-token';
import type { Integration, IntegrationType, TokenHealth } from '../../api/types';
import { ConnectButton } from '../connect/ConnectButton';
import type { OAuthWay } from '../connect/oauth-way';
import { may } from '../may';

interface TokenActionsProps {
  integration: Integration;
  type: IntegrationType | undefined;
  way: OAuthWay | undefined;
  health: TokenHealth;
}

const FORBIDDEN = 'Your role cannot change the credentials of this integration.';

export function TokenActions({ integration, type, way, health }: TokenActionsProps) {
  const refresh = useRefreshToken(integration.id);
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  const allowed = may(integration, 'credentials:update');
  // Then the notice above has the button.
  const asked = integration.token_status === 'unauthorized' || integration.status === 'needs_reauth';
  const run = () =>
    refresh.mutate(undefined, {
      onSuccess: () => toastDone('The token is renewed.'),
      onError: (error) => toastFailed('The token was not renewed', error),
    });
  return (
    <Group gap="xs">
      {health.refreshable && (
        <GatedButton
          allowed={allowed}
          reason={FORBIDDEN}
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={refresh.isPending}
          onClick={run}
        >
          Refresh now
        </GatedButton>
      )}
      {way && type && !asked && <ConnectButton integration={integration} type={type} variant="default" />}
      {way && health.client === 'own' && (
        <GatedButton
          allowed={allowed}
          reason={FORBIDDEN}
          size="xs"
          variant="default"
          onClick={() => void navigate({ search: { tab: 'settings', edit: 'credentials' } })}
        >
          Change client secret
        </GatedButton>
      )}
    </Group>
  );
}

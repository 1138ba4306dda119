import { Skeleton, Stack } from '@mantine/core';
import { ErrorState } from '../../../../components/ErrorState';
import { useIntegrationType } from '../../api/get-integration-type';
import type { Integration } from '../../api/types';
import { providerName } from '../connect/oauth-way';
import { may } from '../may';
import { ResourceChoice } from '../resources/ResourceChoice';
import { CredentialsPanel } from './CredentialsPanel';
import { DangerPanel } from './DangerPanel';
import { DetailsPanel } from './DetailsPanel';

interface SettingsTabProps {
  integration: Integration;
  /** Something was saved: what was shown of an earlier test no longer holds. */
  onSaved: () => void;
}

/** The service can be asked what the account reaches; otherwise the notice above says what to press first. */
const canAsk = ({ status, token_status: token }: Integration): boolean =>
  token !== 'unauthorized' && status !== 'needs_reauth';

export function SettingsTab({ integration, onSaved }: SettingsTabProps) {
  const type = useIntegrationType(integration.integration_type_id);
  return (
    <Stack gap="md">
      {type.isPending && <Skeleton h={320} aria-hidden />}
      {type.isError && (
        <ErrorState
          title="The forms of this service could not be loaded"
          error={type.error}
          onRetry={() => void type.refetch()}
          retrying={type.isFetching}
        />
      )}
      {type.data && (
        <>
          <DetailsPanel integration={integration} type={type.data} onSaved={onSaved} />
          <CredentialsPanel integration={integration} type={type.data} onSaved={onSaved} />
          {type.data.capabilities.includes('resources') && canAsk(integration) && (
            <ResourceChoice
              id={integration.id}
              provider={providerName(type.data)}
              editable={may(integration, 'integrations:update')}
            />
          )}
        </>
      )}
      <DangerPanel integration={integration} onSaved={onSaved} />
    </Stack>
  );
}

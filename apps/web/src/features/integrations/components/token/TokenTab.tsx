import { Skeleton, Stack } from '@mantine/core';
import { ErrorState } from '../../../../components/ErrorState';
import { useTokenHealth } from '../../api/get-token-health';
import type { Integration, IntegrationType } from '../../api/types';
import { oauthWayOf } from '../connect/oauth-way';
import { ScopesPanel } from './ScopesPanel';
import { TokenHistory } from './TokenHistory';
import { TokenPanel } from './TokenPanel';

interface TokenTabProps {
  integration: Integration;
  type: IntegrationType | undefined;
}

/** How the token does: its state, its renewals, what it may do. */
export function TokenTab({ integration, type }: TokenTabProps) {
  const query = useTokenHealth(integration.id);
  const way = oauthWayOf(type, integration);
  return (
    <Stack gap="md">
      {query.isPending && <Skeleton h={220} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The state of the token could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && <TokenPanel integration={integration} type={type} way={way} health={query.data} />}
      {query.data && type && way && (
        <ScopesPanel integration={integration} type={type} way={way} health={query.data} />
      )}
      <TokenHistory id={integration.id} />
    </Stack>
  );
}

import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { ErrorState } from '../../../../components/ErrorState';
import { Panel } from '../../../../components/Panel';
import { useResources } from '../../api/get-resources';
import type { ResourceKind } from '../../api/types';
import { ResourceList } from './ResourceList';

interface ResourceChoiceProps {
  id: string;
  provider: string;
  /** Offers to leave it for later. */
  onSkip?: () => void;
  /** All kinds that were changed are stored. */
  onSaved?: () => void;
  editable?: boolean;
}

const SKIPPED = 'Choose what of this account Latchkey is for. You can change it later in the settings.';

/** What of the account's projects, teams or sites is meant. Nothing where the service has nothing to choose. */
export function ResourceChoice({ id, provider, onSkip, onSaved, editable = true }: ResourceChoiceProps) {
  const query = useResources(id);
  const skip = onSkip && (
    <Button size="xs" variant="default" onClick={onSkip}>
      Skip for now
    </Button>
  );
  if (query.isPending || query.isError) {
    return (
      <Panel title={`What to use of ${provider}`} description={onSkip && SKIPPED} actions={skip}>
        {query.isPending ? (
          <>
            <Text size="sm" c="dimmed" mb="xs" role="status">
              Asking {provider} what the account reaches…
            </Text>
            <Skeleton h={160} aria-hidden />
          </>
        ) : (
          <ErrorState
            title={`What the account reaches could not be read from ${provider}`}
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )}
      </Panel>
    );
  }
  if (query.data.length === 0) return null;
  return (
    <Stack gap="md">
      {query.data.map((kind: ResourceKind, index) => (
        <Panel
          key={kind.id}
          title={kind.title}
          description={onSkip && index === 0 ? SKIPPED : undefined}
          actions={index === 0 && skip}
        >
          <ResourceList
            id={id}
            kind={kind}
            provider={provider}
            editable={editable}
            onSaved={query.data.length === 1 ? onSaved : undefined}
          />
        </Panel>
      ))}
    </Stack>
  );
}

import { Skeleton, Stack } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { SectionTitle } from '../../../components/SectionTitle';
import { useMe } from '../../../lib/me';
import { useKeys } from '../api/get-keys';
import { OrganizationKeys } from '../components/OrganizationKeys';
import { RootKeyPanel } from '../components/RootKeyPanel';
import { RotationHistory } from '../components/RotationHistory';
import { RunningRotations } from '../components/RunningRotations';
import { UnreadablePanel } from '../components/UnreadablePanel';

const route = getRouteApi('/shell/settings/keys');

export function KeysPage() {
  const { is_super_admin: isSuperAdmin } = useMe();
  if (isSuperAdmin) return <AllKeys />;
  return (
    <EmptyState icon={IconLock} title="For the administrator of this installation">
      Your account does not administer it.
    </EmptyState>
  );
}

function AllKeys() {
  const { page = 1 } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useKeys(page);
  const keys = query.data;
  return (
    <div>
      <SectionTitle
        title="Encryption keys"
        description="Of the whole installation. Keys are never shown: they are named by fingerprints and versions."
      />
      {query.isPending && <Skeleton h={420} aria-hidden />}
      {query.isError && !keys && (
        <ErrorState
          title="The keys could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {keys && (
        <Stack gap="lg">
          <RootKeyPanel keys={keys} />
          <RunningRotations rotations={keys.rotations} />
          <OrganizationKeys
            keys={keys}
            onPage={(next) => void navigate({ search: { page: next > 1 ? next : undefined } })}
          />
          <UnreadablePanel count={keys.unreadable} />
          <RotationHistory rotations={keys.rotations} />
        </Stack>
      )}
    </div>
  );
}

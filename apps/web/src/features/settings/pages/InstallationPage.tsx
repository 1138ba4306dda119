import { Skeleton, Stack, Table } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Notice } from '../../../components/Notice';
import { Panel } from '../../../components/Panel';
import { humanize } from '../../../lib/format';
import { useMe } from '../../../lib/me';
import { type Keys, useKeys } from '../api/get-keys';

const STORES: Record<string, string> = { file: 'A file on the server', env: 'An environment variable' };

export function InstallationPage() {
  const { is_super_admin: isSuperAdmin } = useMe();
  if (isSuperAdmin) return <InstallationKeys />;
  return (
    <EmptyState icon={IconLock} title="For the administrator of this installation">
      Your account does not administer it.
    </EmptyState>
  );
}

function InstallationKeys() {
  const query = useKeys();
  if (query.isPending) return <Skeleton h={280} aria-hidden />;
  if (query.isError) {
    return (
      <ErrorState
        title="The keys could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  return <KeyPanels keys={query.data} />;
}

function KeyPanels({ keys }: { keys: Keys }) {
  return (
    <Stack gap="md">
      <Panel title="Root key" description="It wraps the key of every organisation.">
        <Stack gap="md">
          <Facts
            rows
            facts={[
              { label: 'Kept in', value: STORES[keys.store] ?? humanize(keys.store) },
              { label: 'Where', value: <Identifier value={keys.location} label="Copy the location" /> },
              {
                label: 'Fingerprint',
                value: <Identifier value={keys.fingerprint} label="Copy the fingerprint" />,
              },
            ]}
          />
          <Notice tone="warn" title="Keep a backup outside this server">
            Without this key no credential can be opened again, not even from a backup of the database.
          </Notice>
        </Stack>
      </Panel>
      <Panel title="Organisation keys" description="Each organisation's credentials are sealed with its own.">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Version</Table.Th>
              <Table.Th scope="col">State</Table.Th>
              <Table.Th scope="col">Keys</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.organization_keys.map(({ version, state, count }) => (
              <Table.Tr key={`${version} ${state}`}>
                <Table.Td>{version}</Table.Td>
                <Table.Td>{humanize(state)}</Table.Td>
                <Table.Td>{count}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Panel>
    </Stack>
  );
}

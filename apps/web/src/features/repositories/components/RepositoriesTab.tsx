import { Button, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { IconFilterOff, IconGitBranch } from '@tabler/icons-react';
import { useState } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Pager } from '../../../components/Pager';
import { SearchField } from '../../../components/SearchField';
import { plural } from '../../../lib/format';
import { useCan } from '../../../lib/me';
import { useRepositories } from '../api/get-repositories';
import type { Integration, Mapping, Repository, RepositoryFilters } from '../api/types';
import { ChannelDialog } from './ChannelDialog';
import { RepositoryTable } from './RepositoryTable';
import { isUnderWay, syncRefusal } from '../sync-words';
import { SyncPanel } from './SyncPanel';
import classes from './Repositories.module.css';

interface RepositoriesTabProps {
  integration: Integration;
  filters: RepositoryFilters;
  onFilter: (filters: RepositoryFilters) => void;
}

const ARCHIVED = [
  { value: 'all', label: 'All' },
  { value: 'no', label: 'In use' },
  { value: 'yes', label: 'Archived' },
] as const;

/** The repositories that a GitHub integration reaches, and the Slack channels that each belongs to. */
export function RepositoriesTab({ integration, filters, onFilter }: RepositoriesTabProps) {
  const { id: integrationId } = integration;
  const query = useRepositories(integrationId, filters);
  const manageable = useCan()('repositories:manage');
  const [mapped, setMapped] = useState<{ repository: Repository; mapping?: Mapping } | null>(null);
  const sync = query.data?.sync ?? null;
  const none = query.data?.pagination.total === 0;
  const filtered = filters.q !== undefined || filters.archived !== undefined;
  const untouched = none && !filtered;

  return (
    <Stack gap="md">
      {query.data && (
        <SyncPanel integrationId={integrationId} sync={sync} refusal={syncRefusal(integration, manageable)} />
      )}
      {query.data && !untouched && (
        <div className={classes.filters}>
          <SearchField
            className={classes.search}
            label="Search repositories"
            value={filters.q}
            onChange={(q) => onFilter({ ...filters, q, page: undefined })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Archived or not"
            data={[...ARCHIVED]}
            value={filters.archived === undefined ? 'all' : filters.archived ? 'yes' : 'no'}
            onChange={(value) =>
              onFilter({
                ...filters,
                archived: value === 'all' ? undefined : value === 'yes',
                page: undefined,
              })
            }
          />
        </div>
      )}
      {query.isPending && <Skeleton h={320} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The repositories could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {untouched && !isUnderWay(sync) && (
        <EmptyState icon={IconGitBranch} title="No repositories yet">
          {sync
            ? 'This connection reaches none. On GitHub, choose which repositories it may see, then sync.'
            : 'Sync to list what this connection reaches on GitHub.'}
        </EmptyState>
      )}
      {none && filtered && (
        <EmptyState
          icon={IconFilterOff}
          title="Nothing matches"
          action={
            <Button variant="default" onClick={() => onFilter({})}>
              Clear filters
            </Button>
          }
        >
          No repository has this name and state.
        </EmptyState>
      )}
      {query.data && !none && (
        <div>
          <RepositoryTable
            repositories={query.data.repositories}
            manageable={manageable}
            onMap={(repository, mapping) => setMapped({ repository, mapping })}
          />
          <Pager
            summary={plural(query.data.pagination.total, 'repository', 'repositories')}
            pagination={query.data.pagination}
            onPage={(page) => onFilter({ ...filters, page: page > 1 ? page : undefined })}
          />
        </div>
      )}
      <ChannelDialog integrationId={integrationId} subject={mapped} onClose={() => setMapped(null)} />
    </Stack>
  );
}

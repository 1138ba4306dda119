import { Button, Skeleton } from '@mantine/core';
import { IconFilterOff, IconPlugConnected, IconPlus } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../../../components/EmptyState';
import { ErrorState } from '../../../../components/ErrorState';
import { Pager } from '../../../../components/Pager';
import { formatTotal } from '../../../../lib/format';
import type { ListView } from '../../../../lib/preferences';
import type { IntegrationList } from '../../api/get-integrations';
import type { IntegrationFilters } from '../../api/types';
import { SelectableList } from './SelectableList';
import cardClasses from './IntegrationCards.module.css';

interface IntegrationsResultProps {
  query: UseQueryResult<IntegrationList>;
  view: ListView;
  filters: IntegrationFilters;
  filtered: boolean;
  canCreate: boolean;
  typeName: (typeId: string) => string;
  onClear: () => void;
  onPage: (page: number) => void;
  /** Work on many integrations began. */
  onStarted: (operationId: string) => void;
}

export function IntegrationsResult(props: IntegrationsResultProps) {
  const { query, view, filtered, typeName, onPage } = props;
  if (query.isPending) return <ResultSkeleton view={view} />;
  if (query.isError && !query.data) {
    return (
      <ErrorState
        title="The integrations could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const { integrations, pagination } = query.data;
  if (integrations.length === 0)
    return filtered ? <NoMatch onClear={props.onClear} /> : <NoneYet {...props} />;

  return (
    <>
      <SelectableList
        list={query.data}
        view={view}
        filters={props.filters}
        typeName={typeName}
        onStarted={props.onStarted}
      />
      <Pager
        summary={`${formatTotal(pagination.total)} ${wordOf(pagination.total, filtered)}`}
        pagination={pagination}
        onPage={onPage}
      />
    </>
  );
}

const wordOf = (total: number, filtered: boolean): string => {
  if (filtered) return total === 1 ? 'match' : 'matches';
  return total === 1 ? 'integration' : 'integrations';
};

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title="Nothing matches"
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    >
      No integration fits the search and the filters.
    </EmptyState>
  );
}

function NoneYet({ canCreate }: { canCreate: boolean }) {
  return (
    <EmptyState
      icon={IconPlugConnected}
      title={canCreate ? 'Connect your first service' : 'No integrations yet'}
      action={
        canCreate && (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            renderRoot={(rootProps) => <Link to="/integrations/new" search={{}} {...rootProps} />}
          >
            Connect a service
          </Button>
        )
      }
    >
      {canCreate
        ? 'Latchkey keeps its credentials sealed, tests the connection, and tells you within minutes when it breaks.'
        : 'Nobody has connected a service. Your role may look at integrations but not add them.'}
    </EmptyState>
  );
}

const SKELETONS = ['a', 'b', 'c', 'd', 'e', 'f'];

function ResultSkeleton({ view }: { view: ListView }) {
  if (view === 'table') return <Skeleton h={320} aria-hidden />;
  return (
    <div className={cardClasses.grid} aria-hidden>
      {SKELETONS.map((key) => (
        <Skeleton key={key} h={120} radius="md" />
      ))}
    </div>
  );
}

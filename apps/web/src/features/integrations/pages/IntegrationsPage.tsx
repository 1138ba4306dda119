import { Button, Text } from '@mantine/core';
import { IconBuilding, IconPlus } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { Page } from '../../../components/Page';
import { formatTotal } from '../../../lib/format';
import { useCan, useMe } from '../../../lib/me';
import { useListView } from '../../../lib/preferences';
import { useIntegrations } from '../api/get-integrations';
import { useIntegrationTypes } from '../api/get-integration-types';
import { useStatusCounts } from '../api/get-status-counts';
import type { IntegrationFilters } from '../api/types';
import { IntegrationsFilters } from '../components/list/IntegrationsFilters';
import { IntegrationsResult } from '../components/list/IntegrationsResult';
import { StatusFilter } from '../components/list/StatusFilter';

const BulkProgress = lazy(async () => ({
  default: (await import('../components/bulk/BulkProgress')).BulkProgress,
}));

const route = getRouteApi('/shell/integrations');

export function IntegrationsPage() {
  const { organization } = useMe();
  if (!organization) {
    return (
      <Page title="Integrations">
        <EmptyState icon={IconBuilding} title="You belong to no organisation yet">
          Integrations belong to organisations. Ask an administrator to invite you to theirs.
        </EmptyState>
      </Page>
    );
  }
  return <IntegrationsHome />;
}

function IntegrationsHome() {
  const { view: chosenView, bulk, ...filters } = route.useSearch();
  const [preferredView, setPreferredView] = useListView();
  const view = chosenView ?? preferredView;
  const navigate = useNavigate({ from: '/integrations' });
  const canCreate = useCan()('integrations:create');
  const query = useIntegrations(filters);
  const { q, type, category } = filters;
  const counts = useStatusCounts({ q, type, category });
  const { data: types } = useIntegrationTypes();
  const filtered = Boolean(q ?? type ?? category ?? filters.status);
  const empty = !filtered && query.data?.pagination.total === 0;

  const change = (changes: Partial<IntegrationFilters>) =>
    void navigate({ search: (search) => ({ ...search, page: undefined, ...changes }), replace: true });

  const showBulk = (id: string | undefined) =>
    void navigate({ search: (search) => ({ ...search, bulk: id }), replace: true });

  return (
    <Page
      title="Integrations"
      beside={
        query.data &&
        !filtered &&
        !empty && <Text c="dimmed">{formatTotal(query.data.pagination.total)}</Text>
      }
      actions={
        canCreate && (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/integrations/new" search={{}} {...props} />}
          >
            Connect a service
          </Button>
        )
      }
    >
      {!empty && (
        <>
          <StatusFilter
            value={filters.status}
            counts={counts.data}
            onChange={(status) => change({ status })}
          />
          <IntegrationsFilters
            filters={filters}
            onChange={change}
            view={view}
            onViewChange={(next) => {
              setPreferredView(next);
              void navigate({ search: (search) => ({ ...search, view: next }), replace: true });
            }}
          />
        </>
      )}
      <IntegrationsResult
        query={query}
        view={view}
        filters={filters}
        filtered={filtered}
        canCreate={canCreate}
        typeName={(typeId) => types?.find(({ id }) => id === typeId)?.name ?? typeId}
        onClear={() => void navigate({ search: { view: chosenView } })}
        onPage={(page) =>
          void navigate({ search: (search) => ({ ...search, page: page > 1 ? page : undefined }) })
        }
        onStarted={showBulk}
      />
      {bulk && (
        <Suspense fallback={null}>
          <BulkProgress id={bulk} onClose={() => showBulk(undefined)} />
        </Suspense>
      )}
    </Page>
  );
}

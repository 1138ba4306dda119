import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { IconFilterOff, IconKey, IconPlus } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Pager } from '../../../components/Pager';
import { SectionTitle } from '../../../components/SectionTitle';
import { plural } from '../../../lib/format';
import { useServiceTokens } from '../api/get-service-tokens';
import { TOKEN_STATUSES, type TokenStatus } from '../api/types';
import { RequireTokens } from '../components/RequireTokens';
import classes from '../components/Tokens.module.css';
import { statusWords } from '../components/TokenStatus';
import { TokenTable } from '../components/TokenTable';

const route = getRouteApi('/shell/settings/tokens');

export function ServiceTokensPage() {
  return (
    <RequireTokens>
      <ServiceTokens />
    </RequireTokens>
  );
}

function NewTokenButton() {
  return (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      renderRoot={(props) => <Link to="/settings/tokens/new" search={{}} {...props} />}
    >
      New token
    </Button>
  );
}

function ServiceTokens() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const query = useServiceTokens(filters);
  const none = query.data?.pagination.total === 0;
  const untouched = none && filters.status === undefined;
  const choose = (status: string) =>
    void navigate({
      search: { status: status === 'all' ? undefined : (status as TokenStatus) },
      replace: true,
    });

  return (
    <div>
      <SectionTitle
        title="Service tokens"
        description="A program signs in with one, to call services through Latchkey or to read credentials."
        actions={!untouched && <NewTokenButton />}
      />
      {!untouched && (
        <SegmentedControl
          className={classes.filter}
          size="xs"
          aria-label="State"
          value={filters.status ?? 'all'}
          onChange={choose}
          data={[
            { value: 'all', label: 'All' },
            ...TOKEN_STATUSES.map((status) => ({ value: status, label: statusWords[status].label })),
          ]}
        />
      )}
      {query.isPending && <Skeleton h={220} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The service tokens could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {untouched && (
        <EmptyState icon={IconKey} title="Let a program use your integrations" action={<NewTokenButton />}>
          A service token is the password of one program: a pipeline, a bot, a backend. It says what the
          program may do and for which integrations, ends by itself, and can be revoked within a second.
        </EmptyState>
      )}
      {none && !untouched && (
        <EmptyState
          icon={IconFilterOff}
          title="No such token"
          action={
            <Button variant="default" onClick={() => choose('all')}>
              Show all
            </Button>
          }
        >
          No service token is in this state.
        </EmptyState>
      )}
      {query.data && !none && (
        <>
          <TokenTable tokens={query.data.service_tokens} />
          <Pager
            summary={plural(query.data.pagination.total, 'token')}
            pagination={query.data.pagination}
            onPage={(page) =>
              void navigate({ search: (search) => ({ ...search, page: page > 1 ? page : undefined }) })
            }
          />
        </>
      )}
    </div>
  );
}

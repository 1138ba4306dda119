import { Anchor, Skeleton, Stack, Tabs } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ErrorState } from '../../../components/ErrorState';
import { Page } from '../../../components/Page';
import { ApiError } from '../../../lib/api-error';
import { useIntegration } from '../api/get-integration';
import { useIntegrationTypes } from '../api/get-integration-types';
import { useTestIntegration } from '../api/test-integration';
import type { Integration } from '../api/types';
import { ActivityLog } from '../components/detail/ActivityLog';
import { HealthPanel } from '../components/detail/HealthPanel';
import { IntegrationHeader } from '../components/detail/IntegrationHeader';
import { IntegrationMissing } from '../components/detail/IntegrationMissing';
import { MendActions } from '../components/detail/MendActions';
import { OverviewFacts } from '../components/detail/OverviewFacts';
import { SettingsTab } from '../components/detail/SettingsTab';
import { StateNotice } from '../components/detail/StateNotice';
import { UseTab } from '../components/detail/UseTab';
import { TestFailed, TestPassed, TestRunning } from '../components/TestOutcome';
import { INTEGRATION_TABS } from '../search';

import classes from './IntegrationPage.module.css';

const route = getRouteApi('/shell/integrations/$integrationId');

export function IntegrationPage() {
  const { integrationId } = route.useParams();
  const query = useIntegration(integrationId);
  if (query.data) return <IntegrationContent key={integrationId} integration={query.data} />;
  if (query.error instanceof ApiError && query.error.status === 404) return <IntegrationMissing />;
  return (
    <Page title="Integration" header={<BackLink />}>
      {query.isError ? (
        <ErrorState
          title="The integration could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      ) : (
        <Stack gap="md" aria-hidden>
          <Skeleton h={48} w={320} />
          <Skeleton h={36} />
          <Skeleton h={360} />
        </Stack>
      )}
    </Page>
  );
}

function IntegrationContent({ integration }: { integration: Integration }) {
  const { tab = 'overview', window = '24h', usage = '24h' } = route.useSearch();
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  const { data: types } = useIntegrationTypes();
  const test = useTestIntegration(integration.id);
  const typeName =
    types?.find(({ id }) => id === integration.integration_type_id)?.name ?? integration.integration_type_id;

  const failing = integration.status === 'error' || integration.status === 'needs_reauth';
  const openTab = (next: string | null) =>
    void navigate({
      search: (search) => ({ ...search, tab: INTEGRATION_TABS.find((known) => known === next) }),
      replace: true,
    });

  return (
    <Page title={integration.name} header={<BackLink />}>
      <IntegrationHeader
        integration={integration}
        typeName={typeName}
        testing={test.isPending}
        onTest={() => test.mutate()}
      />
      <div className={classes.notices}>
        <div aria-live="polite">
          {test.isPending && <TestRunning service={typeName} />}
          {test.isSuccess && <TestPassed result={test.data} onDismiss={test.reset} />}
          {test.isError && (
            <TestFailed
              error={test.error}
              actions={failing && <MendActions integration={integration} />}
              onDismiss={test.reset}
            />
          )}
        </div>
        {!(failing && test.isError) && !test.isPending && <StateNotice integration={integration} />}
      </div>
      <Tabs value={tab} onChange={openTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="use">Use it</Tabs.Tab>
          <Tabs.Tab value="activity">Activity</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Stack gap="md">
            <HealthPanel
              id={integration.id}
              window={window}
              onWindowChange={(next) =>
                void navigate({ search: (search) => ({ ...search, window: next }), replace: true })
              }
            />
            <OverviewFacts integration={integration} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="use">
          <UseTab
            integration={integration}
            type={types?.find(({ id }) => id === integration.integration_type_id)}
            window={usage}
            onWindowChange={(next) =>
              void navigate({ search: (search) => ({ ...search, usage: next }), replace: true })
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <ActivityLog id={integration.id} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <SettingsTab integration={integration} onSaved={test.reset} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function BackLink() {
  return (
    <Anchor
      size="sm"
      c="dimmed"
      mb="sm"
      display="inline-flex"
      style={{ alignItems: 'center', gap: '0.25rem' }}
      renderRoot={(props) => <Link to="/integrations" search={{}} {...props} />}
    >
      <IconArrowLeft size={14} aria-hidden /> Integrations
    </Anchor>
  );
}

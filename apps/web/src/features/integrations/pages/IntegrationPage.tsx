import { Anchor, Skeleton, Stack } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ErrorState } from '../../../components/ErrorState';
import { Page } from '../../../components/Page';
import { ApiError } from '../../../lib/api-error';
import { useIntegration } from '../api/get-integration';
import { useIntegrationTypes } from '../api/get-integration-types';
import { useTestIntegration } from '../api/test-integration';
import type { Integration } from '../api/types';
import { ConnectNotices } from '../components/connect/ConnectNotices';
import { IntegrationHeader } from '../components/detail/IntegrationHeader';
import { IntegrationMissing } from '../components/detail/IntegrationMissing';
import { IntegrationTabs } from '../components/detail/IntegrationTabs';
import { MendActions } from '../components/detail/MendActions';
import { StateNotice } from '../components/detail/StateNotice';
import type { ExtraTab } from '../components/slots';
import { TestFailed, TestPassed, TestRunning } from '../components/TestOutcome';
import classes from './IntegrationPage.module.css';

const route = getRouteApi('/shell/integrations/$integrationId');

/** @param extraTabs what other features bring to it */
export function IntegrationPage({ extraTabs }: { extraTabs: ExtraTab[] }) {
  const { integrationId } = route.useParams();
  const query = useIntegration(integrationId);
  if (query.data)
    return <IntegrationContent key={integrationId} integration={query.data} extra={extraTabs} />;
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

function IntegrationContent({ integration, extra }: { integration: Integration; extra: ExtraTab[] }) {
  const { connected } = route.useSearch();
  const { data: types } = useIntegrationTypes();
  const test = useTestIntegration(integration.id);
  const type = types?.find(({ id }) => id === integration.integration_type_id);
  const typeName = type?.name ?? integration.integration_type_id;
  const failing = integration.status === 'error' || integration.status === 'needs_reauth';

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
              actions={failing && <MendActions integration={integration} type={type} />}
              onDismiss={test.reset}
            />
          )}
        </div>
        <ConnectNotices integration={integration} type={type} connected={connected ?? false}>
          {!(failing && test.isError) && !test.isPending && (
            <StateNotice integration={integration} type={type} />
          )}
        </ConnectNotices>
      </div>
      <IntegrationTabs integration={integration} type={type} extra={extra} onSaved={test.reset} />
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

import { Skeleton } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Page } from '../../../components/Page';
import { useCan } from '../../../lib/me';
import { useIntegrationType } from '../api/get-integration-type';
import { TypeLogo } from '../components/TypeLogo';
import { ChooseType } from '../components/wizard/ChooseType';
import { WizardFlow, type WizardFlowProps } from '../components/wizard/WizardFlow';
import { WizardSteps } from '../components/wizard/WizardSteps';
import type { WizardSearch, WizardStep } from '../search';

const route = getRouteApi('/shell/integrations/new');

export function AddIntegrationPage() {
  const { type, step, method, q, category } = route.useSearch();
  const navigate = useNavigate({ from: '/integrations/new' });
  const can = useCan();
  if (!can('integrations:create')) {
    return (
      <Page title="Connect a service">
        <EmptyState icon={IconLock} title="Your role cannot add integrations">
          Ask an administrator of your organisation to connect the service, or to change your role.
        </EmptyState>
      </Page>
    );
  }
  if (type) {
    const go: WizardFlowProps['onGo'] = (next, options) =>
      void navigate({ search: next ? { type, step: next } : {}, ...options });
    return <ConnectType key={type} typeId={type} step={step} method={method} onGo={go} />;
  }
  return (
    <Page title="Connect a service">
      <WizardSteps current="service" onGo={() => undefined} />
      <ChooseType
        q={q ?? ''}
        category={category}
        onChange={(change) =>
          void navigate({ search: { q: change.q || undefined, category: change.category }, replace: true })
        }
      />
    </Page>
  );
}

interface ConnectTypeProps {
  typeId: string;
  step: WizardStep | undefined;
  method: WizardSearch['method'];
  onGo: WizardFlowProps['onGo'];
}

function ConnectType({ typeId, step, method, onGo }: ConnectTypeProps) {
  const query = useIntegrationType(typeId);
  const title = query.data ? `Connect ${query.data.name}` : 'Connect a service';
  return (
    <Page title={title} beforeTitle={<TypeLogo typeId={typeId} size={32} />}>
      {query.isPending && <Skeleton h={320} aria-hidden />}
      {query.isError && (
        <ErrorState
          title="This service could not be loaded from the catalogue"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && <WizardFlow type={query.data} step={step} method={method} onGo={onGo} />}
    </Page>
  );
}

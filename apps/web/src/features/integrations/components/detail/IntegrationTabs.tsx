import { Skeleton, Stack, Tabs } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Integration, IntegrationType } from '../../api/types';
import { INTEGRATION_TABS, type ListSearch } from '../../search';
import type { ExtraTab } from '../slots';
import { ActivityLog } from './ActivityLog';
import { HealthPanel } from './HealthPanel';
import { OverviewFacts } from './OverviewFacts';
import { SettingsTab } from './SettingsTab';
import { UseTab } from './UseTab';

const TokenTab = lazy(async () => ({ default: (await import('../token/TokenTab')).TokenTab }));

const route = getRouteApi('/shell/integrations/$integrationId');

interface IntegrationTabsProps {
  integration: Integration;
  type: IntegrationType | undefined;
  /** What other features bring. */
  extra: ExtraTab[];
  /** Something was saved: what was shown of an earlier test no longer holds. */
  onSaved: () => void;
}

export function IntegrationTabs({ integration, type, extra, onSaved }: IntegrationTabsProps) {
  const { tab = 'overview', window = '24h', usage = '24h', q, archived, page } = route.useSearch();
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  const shown = extra.filter(({ shows }) => shows(integration));
  // What was looked for in one list is not looked for in another.
  const openTab = (next: string | null) =>
    void navigate({
      search: (search) => ({
        ...search,
        q: undefined,
        archived: undefined,
        page: undefined,
        tab: INTEGRATION_TABS.find((known) => known === next),
      }),
      replace: true,
    });
  const change = (changes: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (search) => ({ ...search, ...changes }), replace: true });

  return (
    <Tabs value={tab} onChange={openTab} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="token">Token</Tabs.Tab>
        {shown.map(({ value, label }) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
        <Tabs.Tab value="use">Use it</Tabs.Tab>
        <Tabs.Tab value="activity">Activity</Tabs.Tab>
        <Tabs.Tab value="settings">Settings</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Stack gap="md">
          <HealthPanel
            id={integration.id}
            window={window}
            onWindowChange={(next) => change({ window: next })}
          />
          <OverviewFacts integration={integration} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="token">
        <Suspense fallback={<Skeleton h={320} aria-hidden />}>
          <TokenTab integration={integration} type={type} />
        </Suspense>
      </Tabs.Panel>
      {shown.map(({ value, component: Content }) => (
        <Tabs.Panel key={value} value={value}>
          <Suspense fallback={<Skeleton h={320} aria-hidden />}>
            <Content
              integration={integration}
              search={{ q, archived, page }}
              onSearch={({ q: text, archived: old, page: at }: ListSearch) =>
                change({ q: text, archived: old, page: at })
              }
            />
          </Suspense>
        </Tabs.Panel>
      ))}
      <Tabs.Panel value="use">
        <UseTab
          integration={integration}
          type={type}
          window={usage}
          onWindowChange={(next) => change({ usage: next })}
        />
      </Tabs.Panel>
      <Tabs.Panel value="activity">
        <ActivityLog id={integration.id} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <SettingsTab integration={integration} onSaved={onSaved} />
      </Tabs.Panel>
    </Tabs>
  );
}

import { lazyRouteComponent } from '@tanstack/react-router';
import type { ExtraTab, ExtraTabProps } from '../features/integrations/components/slots';
import { IntegrationPage } from '../features/integrations/pages/IntegrationPage';

const Repositories = lazyRouteComponent(
  () => import('../features/repositories/components/RepositoriesTab'),
  'RepositoriesTab',
);
const Channels = lazyRouteComponent(() => import('../features/slack/components/ChannelsTab'), 'ChannelsTab');

function RepositoriesOf({ integration, search, onSearch }: ExtraTabProps) {
  return <Repositories integration={integration} filters={search} onFilter={onSearch} />;
}

function ChannelsOf({ integration, search, onSearch }: ExtraTabProps) {
  return <Channels integration={integration} q={search.q} onSearch={(q) => onSearch({ q })} />;
}

const EXTRA_TABS: ExtraTab[] = [
  {
    value: 'repositories',
    label: 'Repositories',
    shows: ({ integration_type_id: type }) => type === 'github',
    component: RepositoriesOf,
  },
  {
    value: 'channels',
    label: 'Channels',
    shows: ({ integration_type_id: type }) => type === 'slack',
    component: ChannelsOf,
  },
];

/** The page of an integration, with what the features beside it bring. */
export function IntegrationRoute() {
  return <IntegrationPage extraTabs={EXTRA_TABS} />;
}

import '@mantine/spotlight/styles.css';
import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight';
import {
  IconMoon,
  IconPlugConnected,
  IconPlus,
  IconSearch,
  IconSettings,
  IconSun,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { integrationsQuery } from '../../features/integrations/api/get-integrations';
import { TypeLogo } from '../../features/integrations/components/TypeLogo';
import { statusLabels } from '../../features/integrations/components/status';
import { humanize } from '../../lib/format';
import { useCan } from '../../lib/me';
import classes from './CommandPalette.module.css';

const SHOWN = 8;

/** Jumps to an integration or a page, by keyboard. Opens whenever `openings` changes. */
export default function CommandPalette({ openings }: { openings: number }) {
  const [query, setQuery] = useState('');
  const [debounced] = useDebouncedValue(query.trim(), 200);
  const { data } = useQuery(integrationsQuery({ q: debounced || undefined }, SHOWN));
  const commands = useCommands();

  useEffect(() => spotlight.open(), [openings]);
  const navigate = useNavigate();

  const found = (data?.integrations ?? []).map((integration) => ({
    id: integration.id,
    label: integration.name,
    description: `${statusLabels[integration.status]} · ${humanize(integration.category)}`,
    // The server has matched already: names alone would hide what matched by type.
    keywords: query,
    leftSection: <TypeLogo typeId={integration.integration_type_id} size={20} />,
    onClick: () =>
      void navigate({ to: '/integrations/$integrationId', params: { integrationId: integration.id } }),
  }));
  const groups: SpotlightActionGroupData[] = [
    { group: 'Integrations', actions: found },
    { group: 'Commands', actions: commands },
  ];

  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      nothingFound="Nothing matches."
      scrollable
      maxHeight={420}
      centered={false}
      yOffset="14vh"
      overlayProps={{ blur: 0 }}
      classNames={{ content: classes.content, action: classes.action, actionsGroup: classes.group }}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'Search integrations and commands',
        'aria-label': 'Search integrations and commands',
      }}
    />
  );
}

function useCommands() {
  const navigate = useNavigate();
  const can = useCan();
  const { setColorScheme } = useMantineColorScheme();
  const connect = {
    id: 'connect',
    label: 'Connect a service',
    leftSection: <IconPlus size={18} aria-hidden />,
    onClick: () => void navigate({ to: '/integrations/new' }),
  };
  return [
    ...(can('integrations:create') ? [connect] : []),
    {
      id: 'integrations',
      label: 'Go to integrations',
      leftSection: <IconPlugConnected size={18} aria-hidden />,
      onClick: () => void navigate({ to: '/integrations' }),
    },
    {
      id: 'settings',
      label: 'Go to settings',
      leftSection: <IconSettings size={18} aria-hidden />,
      onClick: () => void navigate({ to: '/settings/profile' }),
    },
    {
      id: 'light',
      label: 'Use the light appearance',
      leftSection: <IconSun size={18} aria-hidden />,
      onClick: () => setColorScheme('light'),
    },
    {
      id: 'dark',
      label: 'Use the dark appearance',
      leftSection: <IconMoon size={18} aria-hidden />,
      onClick: () => setColorScheme('dark'),
    },
  ];
}

import { useMantineColorScheme } from '@mantine/core';
import {
  IconBrandGithub,
  IconKey,
  IconMoon,
  IconPlugConnected,
  IconPlus,
  IconSettings,
  IconSun,
  type TablerIcon,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCan } from '../../lib/me';

export interface Command {
  id: string;
  label: string;
  icon: TablerIcon;
  run: () => void;
}

/** What can be done from anywhere. */
export function useCommands(): Command[] {
  const navigate = useNavigate();
  const can = useCan();
  const { setColorScheme } = useMantineColorScheme();
  const connect: Command = {
    id: 'connect',
    label: 'Connect a service',
    icon: IconPlus,
    run: () => void navigate({ to: '/integrations/new' }),
  };
  const tokens: Command = {
    id: 'tokens',
    label: 'Go to service tokens',
    icon: IconKey,
    run: () => void navigate({ to: '/settings/tokens' }),
  };
  const githubApps: Command = {
    id: 'github-apps',
    label: 'Go to GitHub Apps',
    icon: IconBrandGithub,
    run: () => void navigate({ to: '/settings/github-apps' }),
  };
  return [
    ...(can('integrations:create') ? [connect] : []),
    {
      id: 'integrations',
      label: 'Go to integrations',
      icon: IconPlugConnected,
      run: () => void navigate({ to: '/integrations' }),
    },
    {
      id: 'settings',
      label: 'Go to settings',
      icon: IconSettings,
      run: () => void navigate({ to: '/settings/profile' }),
    },
    ...(can('tokens:manage') ? [tokens] : []),
    ...(can('integrations:create') ? [githubApps] : []),
    { id: 'light', label: 'Use the light appearance', icon: IconSun, run: () => setColorScheme('light') },
    { id: 'dark', label: 'Use the dark appearance', icon: IconMoon, run: () => setColorScheme('dark') },
  ];
}

import { Button, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Panel } from '../../../../components/Panel';
import { ProgramSnippets } from '../../../../components/ProgramSnippets';
import { useCan } from '../../../../lib/me';
import { defaultsOf, fillPath } from '../../../../lib/snippets';
import type { Integration, IntegrationType, UsageWindow } from '../../api/types';
import { UsagePanel } from './UsagePanel';

interface UseTabProps {
  integration: Integration;
  type: IntegrationType | undefined;
  window: UsageWindow;
  onWindowChange: (window: UsageWindow) => void;
}

const SCOPES = ['proxy:call', 'credentials:read'];

/** How programs use the integration, and how much they do. */
export function UseTab({ integration, type, window, onWindowChange }: UseTabProps) {
  return (
    <Stack gap="md">
      <UsagePanel id={integration.id} window={window} onWindowChange={onWindowChange} />
      <Panel
        title="From a program"
        description="It needs a service token, which says what it may do."
        actions={<MakeToken integrationId={integration.id} />}
      >
        <ProgramSnippets integrationId={integration.id} path={pathOf(integration, type)} scopes={SCOPES} />
      </Panel>
    </Stack>
  );
}

/** A path that answers something, as the connection test asks for; null where nothing goes through the proxy. */
function pathOf({ auth_mode: authMode, config }: Integration, type: IntegrationType | undefined) {
  const mode = type?.auth_modes.find(({ id }) => id === authMode);
  if (!type || !mode) return '/';
  return mode.example_path === null
    ? null
    : fillPath(mode.example_path, config, defaultsOf(type.config_schema));
}

function MakeToken({ integrationId }: { integrationId: string }) {
  const allowed = useCan()('tokens:manage');
  if (!allowed) {
    return (
      <Text size="xs" c="dimmed">
        Ask an administrator for a token: your role does not make them.
      </Text>
    );
  }
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconKey size={14} aria-hidden />}
      renderRoot={(props) => (
        <Link to="/settings/tokens/new" search={{ integration: integrationId }} {...props} />
      )}
    >
      Make a token for it
    </Button>
  );
}

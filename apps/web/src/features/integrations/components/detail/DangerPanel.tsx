import { Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { GatedButton } from '../../../../components/GatedButton';
import { Panel } from '../../../../components/Panel';
import { toastDone, toastFailed } from '../../../../lib/toast';
import { useSetEnabled } from '../../api/set-enabled';
import type { Integration } from '../../api/types';
import { may } from '../may';
import { DeleteDialog } from './DeleteDialog';

/** Disable for a while, or delete for good. */
interface DangerPanelProps {
  integration: Integration;
  onSaved: () => void;
}

export function DangerPanel({ integration, onSaved }: DangerPanelProps) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Panel title="Danger zone" danger>
      <Stack gap="md">
        <EnabledRow
          integration={integration}
          allowed={may(integration, 'integrations:update')}
          onSaved={onSaved}
        />
        <Group justify="space-between" gap="sm">
          <Text size="sm" flex="1 1 16rem">
            Delete the integration and its credentials. This cannot be undone.
          </Text>
          <GatedButton
            allowed={may(integration, 'integrations:delete')}
            reason="Your role cannot delete integrations."
            color="red"
            variant="outline"
            onClick={open}
          >
            Delete…
          </GatedButton>
        </Group>
      </Stack>
      <DeleteDialog integration={integration} opened={opened} onClose={close} />
    </Panel>
  );
}

interface EnabledRowProps extends DangerPanelProps {
  allowed: boolean;
}

function EnabledRow({ integration, allowed, onSaved }: EnabledRowProps) {
  const setEnabled = useSetEnabled(integration.id);
  const disabled = integration.status === 'disabled';
  const toggle = () =>
    setEnabled.mutate(disabled, {
      onSuccess: () => {
        toastDone(`“${integration.name}” is ${disabled ? 'enabled' : 'disabled'}.`);
        onSaved();
      },
      onError: (error) => toastFailed('Nothing was changed', error),
    });
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" flex="1 1 16rem">
        {disabled
          ? 'The integration is disabled: it is not checked, and programs cannot use it.'
          : 'Disable the integration for a while: no checks, and no use by programs. The credentials stay.'}
      </Text>
      <GatedButton
        allowed={allowed}
        reason="Your role cannot change integrations."
        variant="default"
        loading={setEnabled.isPending}
        onClick={toggle}
      >
        {disabled ? 'Enable' : 'Disable'}
      </GatedButton>
    </Group>
  );
}

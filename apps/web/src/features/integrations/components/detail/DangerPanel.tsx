import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { GatedButton } from '../../../../components/GatedButton';
import { Notice } from '../../../../components/Notice';
import { Panel } from '../../../../components/Panel';
import { messageOf } from '../../../../lib/api-error';
import { useCan } from '../../../../lib/me';
import { toastDone, toastFailed } from '../../../../lib/toast';
import { useDeleteIntegration } from '../../api/delete-integration';
import { useSetEnabled } from '../../api/set-enabled';
import type { Integration } from '../../api/types';

/** Disable for a while, or delete for good. */
interface DangerPanelProps {
  integration: Integration;
  onSaved: () => void;
}

export function DangerPanel({ integration, onSaved }: DangerPanelProps) {
  const can = useCan();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Panel title="Danger zone" danger>
      <Stack gap="md">
        <EnabledRow integration={integration} allowed={can('integrations:update')} onSaved={onSaved} />
        <Group justify="space-between" gap="sm">
          <Text size="sm" flex="1 1 16rem">
            Delete the integration and its credentials. This cannot be undone.
          </Text>
          <GatedButton
            allowed={can('integrations:delete')}
            reason="Your role cannot delete integrations."
            color="red"
            variant="outline"
            onClick={open}
          >
            Delete…
          </GatedButton>
        </Group>
      </Stack>
      <Modal opened={opened} onClose={close} title={`Delete “${integration.name}”?`}>
        <DeleteForm integration={integration} onCancel={close} />
      </Modal>
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

function DeleteForm({ integration, onCancel }: { integration: Integration; onCancel: () => void }) {
  const [typed, setTyped] = useState('');
  const remove = useDeleteIntegration(integration.id);
  const navigate = useNavigate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate(undefined, {
      onSuccess: (warnings) => {
        toastDone(
          warnings.length === 0
            ? `“${integration.name}” is deleted.`
            : `“${integration.name}” is deleted, but not everything could be cleaned up: ${warnings.join(' ')}`,
        );
        void navigate({ to: '/integrations', search: {} });
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          Its credentials are destroyed, its tokens revoked at the service where that is possible, and
          programs that use it fail from now on.
        </Text>
        {remove.isError && (
          <Notice tone="bad" role="alert" title="It could not be deleted">
            {messageOf(remove.error)}
          </Notice>
        )}
        <TextInput
          label={
            <>
              Type <strong>{integration.name}</strong> to confirm
            </>
          }
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={typed !== integration.name} loading={remove.isPending}>
            Delete integration
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

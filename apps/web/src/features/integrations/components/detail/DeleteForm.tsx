import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Notice } from '../../../../components/Notice';
import { messageOf } from '../../../../lib/api-error';
import { toastDone } from '../../../../lib/toast';
import { useDeleteIntegration } from '../../api/delete-integration';
import type { Integration } from '../../api/types';

interface DeleteFormProps {
  integration: Integration;
  onCancel: () => void;
}

/** Deleting asks for the name, typed. */
export function DeleteForm({ integration, onCancel }: DeleteFormProps) {
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

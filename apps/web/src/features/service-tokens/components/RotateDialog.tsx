import { Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../../components/ConfirmDialog';
import { useRotateServiceToken } from '../api/rotate-service-token';
import type { ServiceToken, ShownSecret } from '../api/types';

const OVERLAPS = [
  { value: '0', label: 'Not at all: it stops at once' },
  { value: '3600', label: 'For 1 hour' },
  { value: '86400', label: 'For 1 day' },
  { value: '604800', label: 'For 7 days' },
];

interface RotateDialogProps {
  token: ServiceToken;
  opened: boolean;
  onClose: () => void;
  onRotated: (shown: ShownSecret) => void;
}

/** Another secret for the same token. */
export function RotateDialog({ token, opened, onClose, onRotated }: RotateDialogProps) {
  const [overlap, setOverlap] = useState('3600');
  const rotate = useRotateServiceToken(token.id);
  const close = () => {
    rotate.reset();
    onClose();
  };
  const confirm = () =>
    rotate.mutate(Number(overlap), {
      onSuccess: (shown) => {
        onRotated(shown);
        close();
      },
    });
  return (
    <ConfirmDialog
      opened={opened}
      title={`Rotate “${token.name}”?`}
      confirm="Rotate"
      pending={rotate.isPending}
      error={rotate.error}
      errorTitle="It was not rotated"
      onConfirm={confirm}
      onClose={close}
    >
      <Stack gap="md">
        <div>
          The token gets a new secret, which is shown once. Name, scopes and limits stay. An overlap gives you
          time to put the new secret in the place of the old.
        </div>
        <Select
          label="How long does the old one still work?"
          data={OVERLAPS}
          value={overlap}
          allowDeselect={false}
          onChange={(value) => setOverlap(value ?? overlap)}
        />
      </Stack>
    </ConfirmDialog>
  );
}

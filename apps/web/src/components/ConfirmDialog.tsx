import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { messageOf } from '../lib/api-error';
import { Notice } from './Notice';

interface ConfirmDialogProps {
  opened: boolean;
  /** The question: “Revoke “Deploy pipeline”?”. */
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The verb on the button. */
  confirm: string;
  cancel?: string;
  danger?: boolean;
  pending?: boolean;
  /** Why it was refused, shown in place. */
  error?: unknown;
  errorTitle?: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what destroys or weighs, and names what it does. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, children, confirm, cancel = 'Cancel', danger, pending, error, onConfirm } = props;
  const { errorTitle = 'It could not be done', onClose } = props;
  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false}>
      <Modal.Title mb="xs">{title}</Modal.Title>
      <Stack gap="md" fz="sm">
        <div>{children}</div>
        {error !== undefined && error !== null && (
          <Notice tone="bad" role="alert" title={errorTitle}>
            {messageOf(error)}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel}
          </Button>
          <Button color={danger ? 'red' : undefined} loading={pending} onClick={onConfirm}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

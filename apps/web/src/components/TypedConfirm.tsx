import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { messageOf } from '../lib/api-error';
import { Notice } from './Notice';

interface TypedConfirmProps {
  opened: boolean;
  /** The question: “Delete “Deployments”?”. */
  title: string;
  /** What has to be typed. */
  name: string;
  /** What will happen. */
  children: ReactNode;
  /** The verb on the button. */
  confirm: string;
  pending: boolean;
  error: unknown;
  errorTitle: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks for the name, typed, before something is gone for good. */
export function TypedConfirm({ opened, title, onClose, ...form }: TypedConfirmProps) {
  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false}>
      <Modal.Title mb="xs">{title}</Modal.Title>
      <ConfirmForm {...form} onClose={onClose} />
    </Modal>
  );
}

function ConfirmForm(props: Omit<TypedConfirmProps, 'opened' | 'title'>) {
  const { name, children, confirm, pending, error, errorTitle, onConfirm, onClose } = props;
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === name) onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md" fz="sm">
        <div>{children}</div>
        {error !== undefined && error !== null && (
          <Notice tone="bad" role="alert" title={errorTitle}>
            {messageOf(error)}
          </Notice>
        )}
        <TextInput
          label={
            <>
              Type <strong>{name}</strong> to confirm
            </>
          }
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={typed !== name} loading={pending}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { notifications } from '@mantine/notifications';
import { IconCheck, IconX } from '@tabler/icons-react';
import { messageOf } from './api-error';

const closeButtonProps = { 'aria-label': 'Dismiss' };

const DONE_MS = 3500;
const FAILED_MS = 8000;

/** Toasts tell the outcome of what a person did; failed loads are shown in place instead. */
export function toastDone(message: string): void {
  notifications.show({
    message,
    role: 'status',
    icon: <IconCheck size={14} aria-hidden />,
    color: 'iris',
    withBorder: true,
    closeButtonProps,
    autoClose: DONE_MS,
  });
}

export function toastFailed(title: string, error: unknown): void {
  notifications.show({
    title,
    message: messageOf(error),
    icon: <IconX size={14} aria-hidden />,
    color: 'red',
    withBorder: true,
    closeButtonProps,
    autoClose: FAILED_MS,
  });
}

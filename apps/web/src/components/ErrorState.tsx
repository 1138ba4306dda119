import { Button, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { ApiError, messageOf } from '../lib/api-error';
import { Notice } from './Notice';

interface ErrorStateProps {
  /** What could not be done: “The integrations could not be loaded”. */
  title: string;
  error: unknown;
  onRetry: () => void;
  retrying?: boolean;
}

/** A failed load, shown where the content would be. */
export function ErrorState({ title, error, onRetry, retrying }: ErrorStateProps) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Notice
      tone="bad"
      role="alert"
      title={title}
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={retrying}
          onClick={onRetry}
        >
          Try again
        </Button>
      }
    >
      {messageOf(error)}
      {requestId && (
        <Text size="xs" c="dimmed" mt={2}>
          Request {requestId}
        </Text>
      )}
    </Notice>
  );
}

import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Remedy } from '../../../../lib/outcome-words';

interface RemedyActionsProps {
  remedy: Remedy;
  again: ReactNode;
  here: ReactNode;
  onEnd: () => void;
}

/** What to press about a consent that failed, on the page of its integration. */
export function RemedyActions({ remedy, again, here, onEnd }: RemedyActionsProps) {
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  if (remedy === 'again') {
    return (
      <>
        {again}
        {here}
      </>
    );
  }
  if (remedy === 'client') {
    return (
      <>
        {again}
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            onEnd();
            void navigate({ search: { tab: 'settings', edit: 'credentials' } });
          }}
        >
          Change the client
        </Button>
      </>
    );
  }
  return again;
}

import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Integration } from '../../api/types';
import { may } from '../may';

/** Kinds of failure that new credentials can cure. */
const CREDENTIAL_KINDS = new Set(['auth', 'permission']);

/** What to press about a failing integration. */
export function MendActions({ integration }: { integration: Integration }) {
  const { status, error_code: kind } = integration;
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  if (status === 'needs_reauth' || CREDENTIAL_KINDS.has(kind ?? '')) {
    return (
      may(integration, 'credentials:update') && (
        <Button size="xs" onClick={() => void navigate({ search: { tab: 'settings', edit: 'credentials' } })}>
          Replace credentials
        </Button>
      )
    );
  }
  return (
    may(integration, 'integrations:update') && (
      <Button size="xs" onClick={() => void navigate({ search: { tab: 'settings' } })}>
        Edit configuration
      </Button>
    )
  );
}

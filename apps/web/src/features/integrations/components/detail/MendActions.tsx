import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useCan } from '../../../../lib/me';
import type { Integration } from '../../api/types';

/** Kinds of failure that new credentials can cure. */
const CREDENTIAL_KINDS = new Set(['auth', 'permission']);

/** What to press about a failing integration. */
export function MendActions({ integration }: { integration: Integration }) {
  const { status, error_code: kind, created_by: owner } = integration;
  const can = useCan();
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  if (status === 'needs_reauth' || CREDENTIAL_KINDS.has(kind ?? '')) {
    return (
      can('credentials:update', owner?.id ?? null) && (
        <Button size="xs" onClick={() => void navigate({ search: { tab: 'settings', edit: 'credentials' } })}>
          Replace credentials
        </Button>
      )
    );
  }
  return (
    can('integrations:update') && (
      <Button size="xs" onClick={() => void navigate({ search: { tab: 'settings' } })}>
        Edit configuration
      </Button>
    )
  );
}

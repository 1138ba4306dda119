import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCan } from '../../../../lib/me';
import type { Integration, IntegrationType } from '../../api/types';
import { ConnectButton } from '../connect/ConnectButton';
import { oauthWayOf } from '../connect/oauth-way';
import { may } from '../may';

/** Kinds of failure that new credentials can cure. */
const CREDENTIAL_KINDS = new Set(['auth', 'permission']);

interface MendActionsProps {
  integration: Integration;
  type: IntegrationType | undefined;
}

/** What to press about a failing integration. */
export function MendActions({ integration, type }: MendActionsProps) {
  const { status, error_code: kind } = integration;
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  const mode = type?.auth_modes.find(({ id }) => id === integration.auth_mode);
  // What is suspended is put right on GitHub: the hint leads there.
  if (mode?.flow === 'github_app') return kind === 'permission' ? null : <InstallAgain />;
  if (status === 'needs_reauth' || CREDENTIAL_KINDS.has(kind ?? '')) {
    if (!may(integration, 'credentials:update')) return null;
    const byConsent = oauthWayOf(type, integration) !== undefined;
    return (
      <>
        {byConsent && type && <ConnectButton integration={integration} type={type} />}
        {!(byConsent && status === 'needs_reauth') && (
          <Button
            size="xs"
            variant={byConsent ? 'default' : 'filled'}
            onClick={() => void navigate({ search: { tab: 'settings', edit: 'credentials' } })}
          >
            {byConsent ? 'Change the client' : 'Replace credentials'}
          </Button>
        )}
      </>
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

function InstallAgain() {
  if (!useCan()('integrations:create')) return null;
  return (
    <Button
      size="xs"
      renderRoot={(props) => (
        <Link to="/integrations/new" search={{ type: 'github', method: 'app' }} {...props} />
      )}
    >
      Install again
    </Button>
  );
}

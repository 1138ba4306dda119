import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { GatedButton } from '../../../../components/GatedButton';
import { Panel } from '../../../../components/Panel';
import { humanize } from '../../../../lib/format';
import type { Integration, IntegrationType } from '../../api/types';
import { isOAuthWay } from '../connect/oauth-way';
import { may } from '../may';
import { ReplaceCredentials } from './ReplaceCredentials';
import { StoredCredentials } from './StoredCredentials';

interface CredentialsPanelProps {
  integration: Integration;
  type: IntegrationType;
  onSaved: () => void;
}

const route = getRouteApi('/shell/integrations/$integrationId');

export function CredentialsPanel({ integration, type, onSaved }: CredentialsPanelProps) {
  const allowed = may(integration, 'credentials:update');
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const mode = type.auth_modes.find(({ id }) => id === integration.auth_mode);
  const replacing = edit === 'credentials' && allowed && mode?.flow !== 'github_app';
  const setReplacing = (open: boolean) =>
    void navigate({
      search: (search) => ({ ...search, edit: open ? 'credentials' : undefined }),
      replace: true,
    });

  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (replacing) frame.current?.focus();
  }, [replacing]);

  return (
    <div ref={frame} tabIndex={-1}>
      <Panel
        title="Credentials"
        description={mode?.title ?? humanize(integration.credential_type ?? 'none')}
        actions={
          !replacing &&
          mode?.flow !== 'github_app' && (
            <GatedButton
              allowed={allowed}
              reason="Your role cannot replace the credentials of this integration."
              variant="default"
              size="xs"
              onClick={() => setReplacing(true)}
            >
              {isOAuthWay(mode) ? 'Change the client' : 'Replace credentials'}
            </GatedButton>
          )
        }
      >
        {replacing ? (
          <ReplaceCredentials
            integration={integration}
            type={type}
            onSaved={onSaved}
            onClose={() => setReplacing(false)}
          />
        ) : (
          <StoredCredentials
            id={integration.id}
            type={type}
            visible={may(integration, 'credentials:inspect')}
          />
        )}
      </Panel>
    </div>
  );
}

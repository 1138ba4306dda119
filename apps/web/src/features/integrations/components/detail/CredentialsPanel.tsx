import { Skeleton, Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ErrorState } from '../../../../components/ErrorState';
import { Facts } from '../../../../components/Facts';
import { GatedButton } from '../../../../components/GatedButton';
import { Panel } from '../../../../components/Panel';
import { RelativeTime } from '../../../../components/RelativeTime';
import { titleOf } from '../../../../components/schema-form/json-schema';
import { humanize } from '../../../../lib/format';
import { useCan } from '../../../../lib/me';
import { useCredentials } from '../../api/get-credentials';
import type { CredentialInfo, Integration, IntegrationType } from '../../api/types';
import { credentialSchemaOf } from '../wizard/credential-schema';
import { ReplaceCredentials } from './ReplaceCredentials';

interface StoredProps {
  integration: Integration;
  type: IntegrationType;
}

interface CredentialsPanelProps extends StoredProps {
  onSaved: () => void;
}

const route = getRouteApi('/shell/integrations/$integrationId');

export function CredentialsPanel({ integration, type, onSaved }: CredentialsPanelProps) {
  const can = useCan();
  const owner = integration.created_by?.id ?? null;
  const allowed = can('credentials:update', owner);
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const replacing = edit === 'credentials' && allowed;
  const setReplacing = (open: boolean) =>
    void navigate({
      search: (search) => ({ ...search, edit: open ? 'credentials' : undefined }),
      replace: true,
    });
  const mode = type.auth_modes.find(({ id }) => id === integration.auth_mode);

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
          !replacing && (
            <GatedButton
              allowed={allowed}
              reason="Your role cannot replace the credentials of this integration."
              variant="default"
              size="xs"
              onClick={() => setReplacing(true)}
            >
              Replace credentials
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
          can('credentials:inspect', owner) && <StoredCredentials integration={integration} type={type} />
        )}
      </Panel>
    </div>
  );
}

function StoredCredentials({ integration, type }: StoredProps) {
  const query = useCredentials(integration.id);
  if (query.isPending) return <Skeleton h={96} aria-hidden />;
  if (query.isError) {
    return (
      <ErrorState
        title="What is stored could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  return <CredentialFields info={query.data} type={type} />;
}

function CredentialFields({ info, type }: { info: CredentialInfo; type: IntegrationType }) {
  const schema = credentialSchemaOf(type, info.auth_mode);
  return (
    <Stack gap="md" maw="var(--lk-form-width)">
      <Facts
        rows
        facts={info.fields.map((field) => ({
          label: titleOf(schema, field),
          value: (
            <>
              <span aria-hidden>••••••••••••</span> Set, unchanged
            </>
          ),
        }))}
      />
      <Facts
        facts={[
          { label: 'State', value: humanize(info.state) },
          { label: 'Stored', value: <RelativeTime time={info.updated_at} /> },
          { label: 'Last used', value: <RelativeTime time={info.last_used_at} /> },
          { label: 'Expires', value: <RelativeTime time={info.expires_at} never="No known expiry" /> },
          { label: 'Key version', value: info.key_version },
        ]}
      />
    </Stack>
  );
}

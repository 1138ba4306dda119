import { Skeleton, Stack, Text } from '@mantine/core';
import { ErrorState } from '../../../../components/ErrorState';
import { Facts } from '../../../../components/Facts';
import { RelativeTime } from '../../../../components/RelativeTime';
import { titleOf } from '../../../../components/schema-form/json-schema';
import { useCredentials } from '../../api/get-credentials';
import type { CredentialInfo, IntegrationType } from '../../api/types';
import { credentialSchemaOf } from '../wizard/credential-schema';
import { CredentialState } from './CredentialState';
import { CredentialExpiry, expiryLabel } from './CredentialExpiry';

interface StoredCredentialsProps {
  id: string;
  type: IntegrationType;
  /** Whether the person may see which fields are set. */
  visible: boolean;
}

/** Which fields are set, since when and until when; never a value. */
export function StoredCredentials({ id, type, visible }: StoredCredentialsProps) {
  const query = useCredentials(id, visible);
  if (!visible) {
    return (
      <Text size="sm" c="dimmed">
        They are stored and sealed. Your role does not show which fields are set.
      </Text>
    );
  }
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
      <CredentialState
        state={info.state}
        byConsent={info.credential_type === 'oauth2'}
        refused={info.refused_at !== null}
      />
      <Facts
        facts={[
          { label: 'Stored', value: <RelativeTime time={info.updated_at} /> },
          ...(info.refused_at === null
            ? []
            : [{ label: 'Refused since', value: <RelativeTime time={info.refused_at} /> }]),
          { label: 'Last used', value: <RelativeTime time={info.last_used_at} /> },
          // The end of one that was withdrawn means nothing any more.
          ...(info.state === 'revoked'
            ? []
            : [
                {
                  label: expiryLabel(info),
                  value: (
                    <CredentialExpiry
                      expiresAt={info.expires_at}
                      renewed={info.fields.includes('refresh_token')}
                    />
                  ),
                },
              ]),
          { label: 'Key version', value: info.key_version },
        ]}
      />
    </Stack>
  );
}

import { Button, Checkbox, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { Notice } from '../../../../components/Notice';
import type { FormValues } from '../../../../components/schema-form/json-schema';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import { toastDone } from '../../../../lib/toast';
import type { Integration, IntegrationType } from '../../api/types';
import { useUpdateCredentials } from '../../api/update-credentials';
import { type OAuthWay, providerName } from '../connect/oauth-way';
import { CallbackUrl } from '../connect/OAuthStep';
import { TestFailed } from '../TestOutcome';
import { credentialFormOf, credentialValues } from '../wizard/credential-schema';
import { credentialErrors } from './credential-errors';

interface ReplaceClientProps {
  integration: Integration;
  type: IntegrationType;
  way: OAuthWay;
  onSaved: () => void;
  onClose: () => void;
}

/** The client that asks at the provider: a new secret for the same one, or another client altogether. */
export function ReplaceClient({ integration, type, way, onSaved, onClose }: ReplaceClientProps) {
  const [values, setValues] = useState<FormValues>({});
  const [ownClient, setOwnClient] = useState(true);
  const update = useUpdateCredentials(integration.id);
  const errors = credentialErrors(update.error);
  const provider = providerName(type);
  const shared = way.oauth.client === 'installation';
  const schema = credentialFormOf(type, { authMode: way.id, ownClient });
  // Besides the client's ID and secret.
  const more = Object.keys(schema.properties ?? {}).length > 2;
  const replace = () =>
    update.mutate(credentialValues(type, way.id, values), {
      onSuccess: (message) => {
        toastDone(message ?? 'The client is stored.');
        onSaved();
        onClose();
      },
    });
  return (
    <Stack gap="md">
      {integration.auth_mode === way.id ? (
        <Notice tone="idle" title="With the same client ID nobody has to authorise again">
          A new secret takes the place of the old one and the token stays. Another client ID is another
          client: its first token has to be agreed to at {provider}.
          {more && ' What you leave empty stays as it is.'}
        </Notice>
      ) : (
        <Notice tone="warn" title="The credentials of now go away at once">
          The integration works again when somebody has agreed at {provider}.
        </Notice>
      )}
      {shared && (
        <Checkbox
          label={`Use a client of our own at ${provider}`}
          checked={ownClient}
          onChange={(event) => {
            setOwnClient(event.currentTarget.checked);
            setValues({});
          }}
        />
      )}
      {(!shared || ownClient) && <CallbackUrl url={way.oauth.callback_url} provider={provider} />}
      <SchemaForm
        key={String(ownClient)}
        id="new-client"
        schema={schema}
        uiSchema={type.ui_schema.credentials?.[way.id]}
        values={values}
        onChange={setValues}
        onSubmit={replace}
        serverErrors={errors}
        disabled={update.isPending}
      >
        <Stack gap="md">
          <div aria-live="polite">
            {update.isError && Object.keys(errors).length === 0 && (
              <TestFailed error={update.error} consequence="The old client was kept." />
            )}
          </div>
          <Group>
            <Button type="submit" loading={update.isPending}>
              Store the client
            </Button>
            <Button variant="default" onClick={onClose} disabled={update.isPending}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </SchemaForm>
    </Stack>
  );
}

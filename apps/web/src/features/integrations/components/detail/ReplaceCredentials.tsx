import { Button, Group, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { FormValues } from '../../../../components/schema-form/json-schema';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import { toastDone } from '../../../../lib/toast';
import type { Integration, IntegrationType } from '../../api/types';
import { useUpdateCredentials } from '../../api/update-credentials';
import { TestFailed, TestRunning } from '../TestOutcome';
import { isOAuthWay } from '../connect/oauth-way';
import { credentialSchemaOf, credentialValues } from '../wizard/credential-schema';
import { credentialErrors } from './credential-errors';
import { ReplaceClient } from './ReplaceClient';

const FORM = 'new-credentials';

interface ReplaceCredentialsProps {
  integration: Integration;
  type: IntegrationType;
  onSaved: () => void;
  onClose: () => void;
}

/** New credentials are tested against the service before they take the place of the old. */
export function ReplaceCredentials({ integration, type, onSaved, onClose }: ReplaceCredentialsProps) {
  const [authMode, setAuthMode] = useState(integration.auth_mode);
  const [values, setValues] = useState<FormValues>({});
  const update = useUpdateCredentials(integration.id);
  const errors = credentialErrors(update.error);

  const replace = () =>
    update.mutate(credentialValues(type, authMode, values), {
      onSuccess: () => {
        toastDone('The new credentials work and are stored.');
        onSaved();
        onClose();
      },
    });

  // What GitHub makes is not entered here, unless it was.
  const modes = type.auth_modes.filter(
    ({ id, flow }) => flow !== 'github_app' || id === integration.auth_mode,
  );
  const mode = modes.find(({ id }) => id === authMode);
  return (
    <Stack gap="md" maw="var(--lk-form-width)">
      {modes.length > 1 && (
        <Select
          label="How to authenticate"
          data={modes.map(({ id, title }) => ({ value: id, label: title }))}
          value={authMode}
          allowDeselect={false}
          onChange={(mode) => {
            setAuthMode(mode ?? authMode);
            setValues({});
          }}
        />
      )}
      {isOAuthWay(mode) ? (
        <ReplaceClient
          key={mode.id}
          integration={integration}
          type={type}
          way={mode}
          onSaved={onSaved}
          onClose={onClose}
        />
      ) : (
        <SchemaForm
          key={authMode}
          id={FORM}
          schema={credentialSchemaOf(type, authMode)}
          uiSchema={type.ui_schema.credentials?.[authMode]}
          values={values}
          onChange={setValues}
          onSubmit={replace}
          serverErrors={errors}
          disabled={update.isPending}
        >
          <Stack gap="md">
            <div aria-live="polite">
              {update.isPending && <TestRunning service={type.name} />}
              {update.isError && Object.keys(errors).length === 0 && (
                <TestFailed error={update.error} consequence="The old credentials were kept." />
              )}
            </div>
            <Group>
              <Button type="submit" loading={update.isPending}>
                Test and replace
              </Button>
              <Button variant="default" onClick={onClose} disabled={update.isPending}>
                Cancel
              </Button>
            </Group>
          </Stack>
        </SchemaForm>
      )}
    </Stack>
  );
}

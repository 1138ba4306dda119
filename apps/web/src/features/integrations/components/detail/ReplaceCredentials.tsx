import { Button, Group, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { FormValues } from '../../../../components/schema-form/json-schema';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import { fieldErrorsOf, fieldErrorsUnder } from '../../../../lib/api-error';
import { toastDone } from '../../../../lib/toast';
import type { Integration, IntegrationType } from '../../api/types';
import { useUpdateCredentials } from '../../api/update-credentials';
import { TestFailed, TestRunning } from '../TestOutcome';
import { credentialSchemaOf, credentialValues } from '../wizard/credential-schema';

const FORM = 'new-credentials';

interface ReplaceCredentialsProps {
  integration: Integration;
  type: IntegrationType;
  onSaved: () => void;
  onClose: () => void;
}

/** The body is flat here, so a refused field may come with or without the prefix. */
function credentialErrors(error: unknown): Record<string, string[]> {
  const errors = fieldErrorsOf(error);
  return { ...errors, ...fieldErrorsUnder(errors, 'credentials') };
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

  return (
    <Stack gap="md" maw="var(--lk-form-width)">
      {type.auth_modes.length > 1 && (
        <Select
          label="How to authenticate"
          data={type.auth_modes.map(({ id, title }) => ({ value: id, label: title }))}
          value={authMode}
          allowDeselect={false}
          onChange={(mode) => {
            setAuthMode(mode ?? authMode);
            setValues({});
          }}
        />
      )}
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
    </Stack>
  );
}

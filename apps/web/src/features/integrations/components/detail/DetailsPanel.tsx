import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Notice } from '../../../../components/Notice';
import { Panel } from '../../../../components/Panel';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import { fieldErrorsOf, fieldErrorsUnder, messageOf } from '../../../../lib/api-error';
import { toastDone } from '../../../../lib/toast';
import type { Integration, IntegrationType } from '../../api/types';
import { useUpdateIntegration } from '../../api/update-integration';
import { may } from '../may';
import { configFormOf, mergedInto, shownIn } from '../wizard/config-form';

const FORM = 'config';

interface DetailsPanelProps {
  integration: Integration;
  type: IntegrationType;
  onSaved: () => void;
}

function valuesOf({ name, description, config }: Integration) {
  return { name, description: description ?? '', config };
}

/** Name, description and configuration. */
export function DetailsPanel({ integration, type, onSaved }: DetailsPanelProps) {
  const [values, setValues] = useState(() => valuesOf(integration));
  const [nameMissing, setNameMissing] = useState(false);
  const update = useUpdateIntegration(integration.id);
  const schema = configFormOf(type, integration.auth_mode);
  const editable = may(integration, 'integrations:update');
  const errors = fieldErrorsOf(update.error);
  const changed = JSON.stringify(values) !== JSON.stringify(valuesOf(integration));

  const save = () => {
    if (!values.name.trim()) {
      setNameMissing(true);
      return;
    }
    const { name, description, config } = values;
    update.mutate(
      { name: name.trim(), description: description.trim() || null, config },
      {
        onSuccess: (saved) => {
          setValues(valuesOf(saved));
          toastDone('The changes are saved.');
          onSaved();
        },
      },
    );
  };

  return (
    <Panel
      title="Details and configuration"
      description={editable ? undefined : 'Your role may look at these but not change them.'}
    >
      <Stack gap="md" maw="var(--lk-form-width)">
        {update.isError && Object.keys(errors).length === 0 && (
          <Notice tone="bad" role="alert" title="The changes could not be saved">
            {messageOf(update.error)}
          </Notice>
        )}
        <TextInput
          label="Name"
          form={FORM}
          required
          maxLength={255}
          disabled={!editable}
          value={values.name}
          error={nameMissing ? 'Give it a name.' : errors.name?.join(' ')}
          onChange={(event) => {
            setNameMissing(false);
            setValues({ ...values, name: event.currentTarget.value });
          }}
        />
        <TextInput
          label="Description"
          form={FORM}
          maxLength={1000}
          disabled={!editable}
          value={values.description}
          error={errors.description?.join(' ')}
          onChange={(event) => setValues({ ...values, description: event.currentTarget.value })}
        />
        <SchemaForm
          id={FORM}
          schema={schema}
          uiSchema={type.ui_schema.config}
          values={shownIn(schema, values.config)}
          onChange={(config) =>
            setValues((current) => ({ ...current, config: mergedInto(schema, current.config, config) }))
          }
          onSubmit={save}
          serverErrors={fieldErrorsUnder(errors, 'config')}
          disabled={!editable}
        >
          {editable && (
            <Group>
              <Button type="submit" loading={update.isPending} disabled={!changed}>
                Save changes
              </Button>
              {changed && (
                <Button variant="default" onClick={() => setValues(valuesOf(integration))}>
                  Discard
                </Button>
              )}
            </Group>
          )}
        </SchemaForm>
      </Stack>
    </Panel>
  );
}

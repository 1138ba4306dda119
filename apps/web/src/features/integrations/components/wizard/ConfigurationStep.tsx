import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import type { IntegrationType } from '../../api/types';
import type { Draft } from './use-draft';

interface ConfigurationStepProps {
  type: IntegrationType;
  draft: Draft;
  serverErrors: Record<string, string[]>;
  nameError: string | undefined;
  onChange: (changes: Partial<Draft>) => void;
  onNext: () => void;
  onBack: () => void;
}

const FORM = 'config';

export function ConfigurationStep(props: ConfigurationStepProps) {
  const { type, draft, serverErrors, nameError, onChange, onNext, onBack } = props;
  const [nameMissing, setNameMissing] = useState(false);
  const next = () => {
    if (draft.name.trim()) onNext();
    else setNameMissing(true);
  };
  return (
    <Stack gap="md" maw="var(--lk-form-width)">
      <TextInput
        label="Name"
        description="How your team will know this connection."
        name="name"
        form={FORM}
        required
        maxLength={255}
        value={draft.name}
        error={nameMissing ? 'Give it a name.' : nameError}
        onChange={(event) => {
          setNameMissing(false);
          onChange({ name: event.currentTarget.value });
        }}
      />
      <TextInput
        label="Description"
        name="description"
        form={FORM}
        maxLength={1000}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <SchemaForm
        id={FORM}
        schema={type.config_schema}
        uiSchema={type.ui_schema.config}
        values={draft.config}
        onChange={(config) => onChange({ config })}
        onSubmit={next}
        serverErrors={serverErrors}
      >
        <Group>
          <Button type="submit">Test the connection</Button>
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
        </Group>
      </SchemaForm>
    </Stack>
  );
}

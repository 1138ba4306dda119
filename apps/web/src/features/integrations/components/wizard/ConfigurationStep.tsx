import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import type { IntegrationType } from '../../api/types';
import { configFormOf, mergedInto, shownIn } from './config-form';
import type { Draft } from './use-draft';

interface ConfigurationStepProps {
  type: IntegrationType;
  draft: Draft;
  serverErrors: Record<string, string[]>;
  nameError: string | undefined;
  onChange: (changes: Partial<Draft>) => void;
  /** What the button does: “Test the connection”. */
  next: string;
  pending?: boolean;
  /** Why it could not be saved, where no field is to blame. */
  failure?: ReactNode;
  onNext: () => void;
  onBack: () => void;
}

const FORM = 'config';

export function ConfigurationStep(props: ConfigurationStepProps) {
  const { type, draft, serverErrors, nameError, pending, failure, onChange, onNext, onBack } = props;
  const schema = configFormOf(type, draft.authMode);
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
        schema={schema}
        uiSchema={type.ui_schema.config}
        values={shownIn(schema, draft.config)}
        onChange={(config) => onChange({ config: mergedInto(schema, draft.config, config) })}
        onSubmit={next}
        serverErrors={serverErrors}
      >
        {failure}
        <Group mt={failure ? 'md' : undefined}>
          <Button type="submit" loading={pending}>
            {props.next}
          </Button>
          <Button variant="default" onClick={onBack} disabled={pending}>
            Back
          </Button>
        </Group>
      </SchemaForm>
    </Stack>
  );
}

import { Button, Group, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Notice } from '../../../components/Notice';
import { useNow } from '../../../components/use-now';
import { fieldErrorsOf, messageOf } from '../../../lib/api-error';
import type { NewServiceToken } from '../api/types';
import { ExpiryField } from './ExpiryField';
import { ReachField } from './ReachField';
import { ScopeField } from './ScopeField';
import { emptyValues, type Problems, problemsOf, toRequest, type TokenValues } from './token-values';

interface TokenFormProps {
  /** The integration that the page was opened from. */
  integration: string | undefined;
  pending: boolean;
  error: Error | null;
  onSubmit: (token: NewServiceToken) => void;
}

/** The server's messages by the field's name; of a list, those of its items too. */
function serverProblems(error: Error | null): Problems {
  const problems: Record<string, string> = {};
  for (const [field, messages] of Object.entries(fieldErrorsOf(error))) {
    const [name = field] = field.split(/[.[]/);
    problems[name] = [problems[name], ...messages].filter(Boolean).join(' ');
  }
  return problems;
}

export function TokenForm({ integration, pending, error, onSubmit }: TokenFormProps) {
  const [values, setValues] = useState(() => emptyValues(integration));
  const [submitted, setSubmitted] = useState(false);
  const now = useNow();
  const refused = serverProblems(error);
  const problems = { ...refused, ...(submitted ? problemsOf(values, now) : {}) };
  const change = (changes: Partial<TokenValues>) => setValues((current) => ({ ...current, ...changes }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    const at = Date.now();
    if (Object.keys(problemsOf(values, at)).length === 0) onSubmit(toRequest(values, at));
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg" maw="var(--lk-form-width)">
        {error && Object.keys(refused).length === 0 && (
          <Notice tone="bad" role="alert" title="The token could not be made">
            {messageOf(error)}
          </Notice>
        )}
        <TextInput
          label="Name"
          description="The program that will use it."
          placeholder="Deploy pipeline"
          required
          maxLength={100}
          data-autofocus
          value={values.name}
          error={problems.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          description="For whoever finds it in the list later: where the program runs, and who looks after it."
          maxLength={500}
          autosize
          minRows={2}
          value={values.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <ScopeField value={values.scopes} error={problems.scopes} onChange={(scopes) => change({ scopes })} />
        <ReachField values={values} problems={problems} onChange={change} />
        <TagsInput
          label="Networks"
          description="Only from these addresses or networks, such as 203.0.113.0/24. Leave it empty for anywhere."
          placeholder={values.networks.length === 0 ? '203.0.113.0/24' : undefined}
          splitChars={[',', ' ', '\n']}
          acceptValueOnBlur
          value={values.networks}
          error={problems.allowed_cidrs}
          onChange={(networks) => change({ networks })}
        />
        <ExpiryField
          value={values.expiry}
          error={problems.expires_at}
          onChange={(expiry) => change({ expiry })}
        />
        <Group>
          <Button type="submit" loading={pending}>
            Make the token
          </Button>
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/settings/tokens" search={{}} {...props} />}
          >
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

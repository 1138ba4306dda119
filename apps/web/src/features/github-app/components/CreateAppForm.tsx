import { Button, Group, Radio, Stack, Switch, TextInput } from '@mantine/core';
import { IconBrandGithub } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { Notice } from '../../../components/Notice';
import { fieldErrorsOf, messageOf } from '../../../lib/api-error';
import { useCreateApp } from '../api/leave-for-github';
import { EMPTY_APP, type NewAppDraft, problemsOf, toRequest } from '../new-app';

/** What GitHub is told of a new App; it asks for a last confirmation itself. */
export function CreateAppForm({ onCancel }: { onCancel?: () => void }) {
  const [draft, setDraft] = useState(EMPTY_APP);
  const [submitted, setSubmitted] = useState(false);
  const create = useCreateApp();
  const refused = Object.fromEntries(
    Object.entries(fieldErrorsOf(create.error)).map(([field, messages]) => [field, messages.join(' ')]),
  );
  const problems = { ...refused, ...(submitted ? problemsOf(draft) : {}) };
  const change = (changes: Partial<NewAppDraft>) => {
    setDraft((current) => ({ ...current, ...changes }));
    create.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (Object.keys(problemsOf(draft)).length === 0) create.mutate(toRequest(draft));
  };
  const leaving = create.isPending || create.isSuccess;

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md" maw="var(--lk-form-width)">
        {create.isError && Object.keys(refused).length === 0 && (
          <Notice tone="bad" role="alert" title="GitHub could not be asked for an App">
            {messageOf(create.error)}
          </Notice>
        )}
        <Radio.Group
          label="Whose App is it?"
          value={draft.owner}
          onChange={(owner) => change({ owner: owner as NewAppDraft['owner'] })}
        >
          <Stack gap={6} mt={6}>
            <Radio value="organization" label="A GitHub organisation that you own" />
            <Radio value="person" label="My own account on GitHub" />
          </Stack>
        </Radio.Group>
        {draft.owner === 'organization' && (
          <TextInput
            label="GitHub organisation"
            description="Its name in the address: github.com/its-name."
            placeholder="acme"
            required
            autoCapitalize="off"
            spellCheck={false}
            value={draft.organization}
            error={problems.organization}
            onChange={(event) => change({ organization: event.currentTarget.value })}
          />
        )}
        <TextInput
          label="Name of the App"
          description="All of GitHub sees it. Leave it empty for a suggestion; GitHub lets you change it before it is created."
          maxLength={60}
          value={draft.name}
          error={problems.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Switch
          label="It is on GitHub Enterprise Server"
          checked={draft.enterprise}
          onChange={(event) => change({ enterprise: event.currentTarget.checked })}
        />
        {draft.enterprise && (
          <TextInput
            label="Address of GitHub Enterprise Server"
            description="As you open it in the browser."
            placeholder="https://github.example.com"
            required
            type="url"
            value={draft.webUrl}
            error={problems.web_url}
            onChange={(event) => change({ webUrl: event.currentTarget.value })}
          />
        )}
        <Group>
          <Button type="submit" leftSection={<IconBrandGithub size={16} aria-hidden />} loading={leaving}>
            Create a GitHub App
          </Button>
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              Back
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

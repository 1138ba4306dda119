import { Button, Checkbox, Group, Skeleton, Stack, Switch, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '../../../components/ErrorState';
import { Notice } from '../../../components/Notice';
import { useSlackIntegrations } from '../api/get-slack-integrations';
import { EVENTS, type Mapping, type Repository, type RepositoryEvent } from '../api/types';
import { type Chosen, ChannelPicker } from './ChannelPicker';
import { draftOf, eventLabels, problemOf, settingsOf } from '../mapping';
import { NoSlack } from './NoSlack';

interface ChannelFormProps {
  repository: Repository;
  mapping: Mapping | undefined;
  onSave: (mapping: Mapping) => void;
  onRemove: (mapping: Mapping) => void;
  onCancel: () => void;
}

const chosenOf = ({ channel_id, channel_name, integration_id }: Mapping): Chosen => ({
  channel_id,
  channel_name,
  integration_id,
});

/** Which channel, and of what it hears. */
export function ChannelForm({ repository, mapping, onSave, onRemove, onCancel }: ChannelFormProps) {
  const workspaces = useSlackIntegrations();
  const [chosen, setChosen] = useState<Chosen | null>(mapping ? chosenOf(mapping) : null);
  const [settings, setSettings] = useState(() => draftOf(mapping?.settings));
  const [submitted, setSubmitted] = useState(false);
  const problems = {
    channel: chosen ? null : 'Choose a channel.',
    events: settings.events.length > 0 ? null : 'Choose at least one; to pause the channel, mute it.',
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (!chosen || problems.events) return;
    const mapped_at = mapping?.mapped_at ?? new Date().toISOString();
    onSave({ ...chosen, settings: settingsOf(settings), problem: mapping?.problem ?? null, mapped_at });
  };

  if (!mapping && workspaces.isPending) return <Skeleton h={260} aria-hidden />;
  if (!mapping && workspaces.isError) {
    return (
      <ErrorState
        title="The Slack integrations could not be loaded"
        error={workspaces.error}
        onRetry={() => void workspaces.refetch()}
        retrying={workspaces.isFetching}
      />
    );
  }
  if (!mapping && workspaces.data?.length === 0) return <NoSlack onCancel={onCancel} />;

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {mapping?.problem && <Notice tone="warn">{problemOf(mapping)}</Notice>}
        {!mapping && (
          <ChannelPicker
            workspaces={workspaces.data ?? []}
            taken={repository.slack_channels}
            value={chosen}
            error={submitted ? problems.channel : null}
            onChange={setChosen}
          />
        )}
        <Checkbox.Group
          label="Events"
          value={settings.events}
          error={submitted ? problems.events : null}
          onChange={(events) => setSettings({ ...settings, events: events as RepositoryEvent[] })}
        >
          <Group gap="sm" mt={6}>
            {EVENTS.map((event) => (
              <Checkbox key={event} value={event} label={eventLabels[event]} />
            ))}
          </Group>
        </Checkbox.Group>
        <TextInput
          label="Branch"
          description="Leave it empty for all branches."
          placeholder={repository.default_branch ?? 'main'}
          maxLength={255}
          value={settings.branch}
          onChange={(event) => setSettings({ ...settings, branch: event.currentTarget.value })}
        />
        <Switch
          label="Muted"
          description="The channel stays mapped and hears nothing for now."
          checked={settings.muted}
          onChange={(event) => setSettings({ ...settings, muted: event.currentTarget.checked })}
        />
        <Text size="xs" c="dimmed">
          Programs that post to Slack read these settings with the repository.
        </Text>
        <Group justify="space-between">
          {mapping ? (
            <Button variant="subtle" color="red" onClick={() => onRemove(mapping)}>
              Remove
            </Button>
          ) : (
            <span />
          )}
          <Group gap="xs">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit">{mapping ? 'Save' : 'Map the channel'}</Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorState } from '../../../components/ErrorState';
import { slackChannelsQuery } from '../../../lib/slack-channels';
import type { Integration, Mapping } from '../api/types';

export type Chosen = Pick<Mapping, 'channel_id' | 'channel_name' | 'integration_id'>;

interface ChannelPickerProps {
  workspaces: Integration[];
  /** What the repository has already. */
  taken: Mapping[];
  value: Chosen | null;
  error: string | null;
  onChange: (chosen: Chosen | null) => void;
}

const TYPING_MS = 300;

/** A channel by its name, of one of the connected workspaces. */
export function ChannelPicker({ workspaces, taken, value, error, onChange }: ChannelPickerProps) {
  const [integrationId, setIntegrationId] = useState(value?.integration_id ?? workspaces[0]?.id ?? '');
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search.trim().replace(/^#/, ''), TYPING_MS);
  // What was chosen stands in the field, and is no search.
  const q = settled && settled !== value?.channel_name ? settled : undefined;
  const query = useInfiniteQuery({
    ...slackChannelsQuery(integrationId, q),
    placeholderData: keepPreviousData,
  });
  const found = query.data?.pages.flatMap(({ channels }) => channels) ?? [];
  const isTaken = (id: string) => taken.some(({ channel_id: each }) => each === id);
  const options = new Map(
    found.filter(({ id }) => !isTaken(id)).map((channel) => [channel.id, channel.name]),
  );
  if (value) options.set(value.channel_id, value.channel_name);
  const member = found.find(({ id }) => id === value?.channel_id)?.is_member ?? true;

  const choose = (id: string | null) => {
    const name = id && options.get(id);
    onChange(name ? { channel_id: id, channel_name: name, integration_id: integrationId } : null);
  };

  return (
    <Stack gap="sm">
      {workspaces.length > 1 && (
        <Select
          label="Slack integration"
          data={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
          value={integrationId}
          allowDeselect={false}
          onChange={(id) => {
            setIntegrationId(id ?? '');
            setSearch('');
            onChange(null);
          }}
        />
      )}
      {query.isError ? (
        <ErrorState
          title="The channels could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      ) : (
        <Select
          label="Channel"
          placeholder="Search by name"
          data={[...options].map(([id, name]) => ({ value: id, label: `#${name}` }))}
          filter={({ options: all }) => all}
          value={value?.channel_id ?? null}
          onChange={choose}
          searchable
          searchValue={search}
          onSearchChange={setSearch}
          nothingFoundMessage={query.isFetching ? 'Searching…' : 'None found.'}
          maxDropdownHeight={260}
          error={error}
          data-autofocus
        />
      )}
      {query.hasNextPage && (
        <Button
          size="compact-xs"
          variant="subtle"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          There are more channels: load them
        </Button>
      )}
      {!member && (
        <Text size="xs" c="dimmed">
          The bot is not in this channel yet. In Slack, open the channel and type /invite with the bot’s name.
        </Text>
      )}
    </Stack>
  );
}

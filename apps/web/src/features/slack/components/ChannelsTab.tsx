import { Button, Skeleton, Stack } from '@mantine/core';
import { IconHash } from '@tabler/icons-react';
import type { Schemas } from '@latchkey/api-client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { EmptyState } from '../../../components/EmptyState';
import { Notice } from '../../../components/Notice';
import { SearchField } from '../../../components/SearchField';
import { slackChannelsQuery } from '../../../lib/slack-channels';
import { ChannelList } from './ChannelList';
import { ChannelsError } from './ChannelsError';
import { ConnectionPanel } from './ConnectionPanel';
import classes from './Channels.module.css';

type Integration = Schemas['IntegrationDto'];

interface ChannelsTabProps {
  integration: Integration;
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
}

/** What the bot of a Slack integration sees in its workspace. */
export function ChannelsTab({ integration, q, onSearch }: ChannelsTabProps) {
  const query = useInfiniteQuery({
    ...slackChannelsQuery(integration.id, q),
    placeholderData: keepPreviousData,
  });
  const channels = query.data?.pages.flatMap((page) => page.channels) ?? [];
  const note = query.data?.pages[0]?.note;
  const none = query.isSuccess && channels.length === 0 && !query.hasNextPage;
  return (
    <Stack gap="md">
      <ConnectionPanel integrationId={integration.id} />
      {!(none && !q) && <SearchField label="Search channels" value={q} onChange={onSearch} />}
      {query.isPending && <Skeleton h={320} aria-hidden />}
      {query.isError && (
        <ChannelsError
          integration={integration}
          error={query.error}
          // Pages that came stay; a retry goes on after them.
          onRetry={() => void (query.data ? query.fetchNextPage() : query.refetch())}
          retrying={query.isFetching}
        />
      )}
      {none && (
        <EmptyState icon={IconHash} title={q ? 'No such channel' : 'No channels in sight'}>
          {q
            ? 'No channel that the bot sees has this in its name. A private channel is seen once the bot is invited to it.'
            : 'Slack shows the bot the public channels, and the private ones that it is invited to: type /invite with the bot’s name there.'}
        </EmptyState>
      )}
      {note && <Notice tone="idle">{note}</Notice>}
      {channels.length > 0 && <ChannelList channels={channels} />}
      {query.hasNextPage && !query.isError && (
        <div className={classes.more}>
          <Button
            variant="default"
            size="xs"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Load more
          </Button>
        </div>
      )}
    </Stack>
  );
}

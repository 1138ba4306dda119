import { Button, Skeleton, Text } from '@mantine/core';
import {
  IconCircleX,
  IconPlugConnected,
  IconRefresh,
  IconRefreshAlert,
  type TablerIcon,
} from '@tabler/icons-react';
import { ErrorState } from '../../../../components/ErrorState';
import { Panel } from '../../../../components/Panel';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatExact, formatMilliseconds, sentence } from '../../../../lib/format';
import { useTokenHistory } from '../../api/get-token-history';
import type { TokenEvent } from '../../api/types';
import classes from '../detail/ActivityLog.module.css';
import { causeWords, kindWords } from '../token-words';

const icons: Record<TokenEvent['kind'], TablerIcon> = {
  connected: IconPlugConnected,
  refreshed: IconRefresh,
  refresh_failed: IconRefreshAlert,
  refused: IconCircleX,
  revoked: IconCircleX,
};

/** With these there is a new token. */
const GIVEN = new Set<TokenEvent['kind']>(['connected', 'refreshed']);

/** Somebody or something asked for these. */
const RENEWALS = new Set<TokenEvent['kind']>(['refreshed', 'refresh_failed']);

/** Each consent, renewal and refusal, newest first. */
export function TokenHistory({ id }: { id: string }) {
  const query = useTokenHistory(id);
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <Panel title="History" flush>
      {query.isPending && (
        <div className={classes.state}>
          <Skeleton h={160} aria-hidden />
        </div>
      )}
      {query.isError && events.length === 0 && (
        <div className={classes.state}>
          <ErrorState
            title="The history could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        </div>
      )}
      {query.isSuccess && events.length === 0 && (
        <Text size="sm" c="dimmed" className={classes.state}>
          Nothing yet. Consents, renewals and refusals by the service are listed here.
        </Text>
      )}
      <ul className={classes.list}>
        {events.map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </ul>
      {query.hasNextPage && (
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
    </Panel>
  );
}

function EventRow({ event }: { event: TokenEvent }) {
  const { label, tone } = kindWords(event.kind);
  const Icon = icons[event.kind];
  return (
    <li className={classes.entry}>
      <span className={classes.icon} data-tone={tone}>
        <Icon size={16} aria-hidden />
      </span>
      <div>
        <div>
          {label} {RENEWALS.has(event.kind) && causeWords(event.cause)}
        </div>
        <div className={classes.message}>
          {sentence(event.message)}
          {event.expires_at && GIVEN.has(event.kind) && ` Valid until ${formatExact(event.expires_at)}.`}
        </div>
      </div>
      <span className={classes.when}>
        {event.duration_ms !== null && `${formatMilliseconds(event.duration_ms)} · `}
        <RelativeTime time={event.at} />
      </span>
    </li>
  );
}

import { Button, Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, type TablerIcon } from '@tabler/icons-react';
import { ErrorState } from '../../../../components/ErrorState';
import { Panel } from '../../../../components/Panel';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatMilliseconds, humanize } from '../../../../lib/format';
import { useLogs } from '../../api/get-logs';
import type { LogEntry } from '../../api/types';
import classes from './ActivityLog.module.css';

const icons: Record<LogEntry['status'], TablerIcon> = {
  success: IconCircleCheck,
  failure: IconCircleX,
  warning: IconAlertTriangle,
};

export function ActivityLog({ id }: { id: string }) {
  const query = useLogs(id);
  const entries = query.data?.pages.flatMap(({ logs }) => logs) ?? [];
  return (
    <Panel title="Activity" flush>
      {query.isPending && (
        <div className={classes.state}>
          <Skeleton h={240} aria-hidden />
        </div>
      )}
      {query.isError && entries.length === 0 && (
        <div className={classes.state}>
          <ErrorState
            title="The activity could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        </div>
      )}
      {query.isSuccess && entries.length === 0 && (
        <Text size="sm" c="dimmed" className={classes.state}>
          Nothing has happened yet. Tests, changes and checks are listed here.
        </Text>
      )}
      <ul className={classes.list}>
        {entries.map((entry) => (
          <LogRow key={entry.id} entry={entry} />
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

function LogRow({ entry }: { entry: LogEntry }) {
  const Icon = icons[entry.status];
  return (
    <li className={classes.entry}>
      <span className={classes.icon} data-status={entry.status}>
        <Icon size={16} aria-hidden />
        <VisuallyHidden>{entry.status}</VisuallyHidden>
      </span>
      <div>
        <div>{humanize(entry.action.replaceAll('.', ' '))}</div>
        {entry.message && <div className={classes.message}>{entry.message}</div>}
      </div>
      <span className={classes.when}>
        {entry.duration_ms !== null && `${formatMilliseconds(entry.duration_ms)} · `}
        <RelativeTime time={entry.created_at} />
      </span>
    </li>
  );
}

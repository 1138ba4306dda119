import { Button, Skeleton, Stack, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { ErrorState } from '../../../components/ErrorState';
import { toastFailed } from '../../../lib/toast';
import type { NotificationList } from '../api/get-notifications';
import { useReadNotifications } from '../api/read-notifications';
import { NotificationItem } from './NotificationItem';
import classes from './NotificationPanel.module.css';

interface NotificationPanelProps {
  notifications: UseQueryResult<NotificationList>;
  onClose: () => void;
}

export function NotificationPanel({ notifications, onClose }: NotificationPanelProps) {
  const read = useReadNotifications();
  const markRead = (id: string | null) =>
    read.mutate(id, { onError: (error) => toastFailed('It could not be marked as read', error) });
  const { data } = notifications;
  return (
    <div>
      <div className={classes.header}>
        <Title order={2}>Notifications</Title>
        {data && data.unread_count > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => markRead(null)}>
            Mark all read
          </Button>
        )}
      </div>
      {notifications.isPending && (
        <Stack gap="xs" p="md" aria-hidden>
          <Skeleton h={48} />
          <Skeleton h={48} />
        </Stack>
      )}
      {notifications.isError && !data && (
        <div className={classes.state}>
          <ErrorState
            title="The notifications could not be loaded"
            error={notifications.error}
            onRetry={() => void notifications.refetch()}
            retrying={notifications.isFetching}
          />
        </div>
      )}
      {data?.notifications.length === 0 && (
        <div className={classes.note}>
          Nothing yet. You are told here when a connection breaks or recovers.
        </div>
      )}
      {data && data.notifications.length > 0 && (
        <ul className={classes.list}>
          {data.notifications.map((notification) => (
            <NotificationItem
              key={notification.id}
              notification={notification}
              onRead={() => markRead(notification.id)}
              onClose={onClose}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

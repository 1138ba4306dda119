import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { type NotificationList, notificationsQuery } from './get-notifications';

function markRead(list: NotificationList, id: string | null): NotificationList {
  const now = new Date().toISOString();
  let marked = 0;
  const notifications = list.notifications.map((notification) => {
    if (notification.read_at || (id !== null && notification.id !== id)) return notification;
    marked += 1;
    return { ...notification, read_at: now };
  });
  return { ...list, notifications, unread_count: id === null ? 0 : Math.max(0, list.unread_count - marked) };
}

/** Marks one as read, or with `null` all; shown at once and taken back when the server refuses. */
export function useReadNotifications() {
  const queryClient = useQueryClient();
  const { queryKey } = notificationsQuery;
  return useMutation({
    mutationFn: async (id: string | null) => {
      await (id === null
        ? unwrap(api.POST('/api/v1/notifications/read-all'))
        : unwrap(api.POST('/api/v1/notifications/{id}/read', { params: { path: { id } } })));
    },
    onMutate: async (id) => {
      await queryClient.cancelQueries({ queryKey });
      const before = queryClient.getQueryData(queryKey);
      if (before) queryClient.setQueryData(queryKey, markRead(before, id));
      return { before };
    },
    onError: (_error, _id, context) => queryClient.setQueryData(queryKey, context?.before),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
}

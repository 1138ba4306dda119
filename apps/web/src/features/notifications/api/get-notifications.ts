import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';

export type Notification = Schemas['NotificationDto'];

export interface NotificationList {
  notifications: Notification[];
  unread_count: number;
  next_cursor: string | null;
}

const POLL_MS = 30_000;
const SHOWN = 20;

export const notificationsQuery = queryOptions({
  queryKey: ['notifications'],
  queryFn: () => unwrap(api.GET('/api/v1/notifications', { params: { query: { limit: SHOWN } } })),
  refetchInterval: POLL_MS,
  refetchOnWindowFocus: 'always',
});

export const useNotifications = () => useQuery(notificationsQuery);

import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

const PER_LOAD = 30;

function logsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...integrationKeys.one(id), 'logs'],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/integrations/{id}/logs', {
          params: { path: { id }, query: { cursor: pageParam, limit: PER_LOAD } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
}

export const useLogs = (id: string) => useInfiniteQuery(logsQuery(id));

import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

const PER_LOAD = 20;

function tokenHistoryQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...integrationKeys.one(id), 'token-history'],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/integrations/{id}/tokens/history', {
          params: { path: { id }, query: { cursor: pageParam, limit: PER_LOAD } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
}

export const useTokenHistory = (id: string) => useInfiniteQuery(tokenHistoryQuery(id));

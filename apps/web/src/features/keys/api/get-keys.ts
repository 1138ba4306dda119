import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { adminKeys } from './keys';

const PER_PAGE = 20;
/** While something runs, its progress is watched. */
const WATCH_MS = 1_000;
const POLL_MS = 20_000;

function keysQuery(page: number) {
  return queryOptions({
    queryKey: adminKeys.page(page),
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          api.GET('/api/v1/admin/keys', { params: { query: { page, per_page: PER_PAGE } }, signal }),
        )
      ).keys,
    placeholderData: keepPreviousData,
  });
}

export const useKeys = (page: number) =>
  useQuery({
    ...keysQuery(page),
    refetchInterval: ({ state }) =>
      state.data?.rotations.some((rotation) => rotation.state === 'running') ? WATCH_MS : POLL_MS,
  });

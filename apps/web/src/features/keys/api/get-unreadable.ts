import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { adminKeys } from './keys';

const PER_PAGE = 20;

/** @param count how many there were when they were last counted: another count loads them anew. */
function unreadableQuery(page: number, count: number) {
  return queryOptions({
    queryKey: adminKeys.unreadable(page, count),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/admin/keys/unreadable', { params: { query: { page, per_page: PER_PAGE } }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
}

export const useUnreadable = (page: number, count: number) =>
  useQuery({ ...unreadableQuery(page, count), enabled: count > 0 });

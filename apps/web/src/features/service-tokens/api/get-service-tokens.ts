import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { tokenKeys } from './keys';
import type { TokenStatus } from './types';

export interface TokenFilters {
  status?: TokenStatus;
  page?: number;
}

const PER_PAGE = 20;
const POLL_MS = 30_000;

function serviceTokensQuery(filters: TokenFilters) {
  return queryOptions({
    queryKey: [...tokenKeys.lists, filters],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/service-tokens', { params: { query: { ...filters, per_page: PER_PAGE } }, signal }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
}

export const useServiceTokens = (filters: TokenFilters) => useQuery(serviceTokensQuery(filters));

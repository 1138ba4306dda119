import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';
import { type IntegrationFilters, type IntegrationStatus, STATUSES } from './types';

export type StatusCounts = Record<IntegrationStatus, number>;

type Filters = Omit<IntegrationFilters, 'status' | 'sort' | 'page'>;

const POLL_MS = 30_000;

async function countOf(status: IntegrationStatus, filters: Filters, signal: AbortSignal) {
  const { pagination } = await unwrap(
    api.GET('/api/v1/integrations', {
      params: { query: { ...filters, status, per_page: 1 } },
      signal,
    }),
  );
  return [status, pagination.total] as const;
}

/** How many integrations are in each state, under the other filters. */
function statusCountsQuery(filters: Filters) {
  return queryOptions({
    queryKey: [...integrationKeys.lists, 'counts', filters],
    queryFn: async ({ signal }) =>
      Object.fromEntries(
        await Promise.all(STATUSES.map((status) => countOf(status, filters, signal))),
      ) as StatusCounts,
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
}

export const useStatusCounts = (filters: Filters) => useQuery(statusCountsQuery(filters));

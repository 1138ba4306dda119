import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { isBeingChecked } from './get-integration';
import { integrationKeys } from './keys';
import type { Integration, IntegrationFilters } from './types';

export interface IntegrationList {
  integrations: Integration[];
  pagination: Schemas['Pagination'];
}

export const PER_PAGE = 24;
const POLL_PENDING_MS = 10_000;
const POLL_MS = 30_000;

export function integrationsQuery(filters: IntegrationFilters, perPage = PER_PAGE) {
  return queryOptions({
    queryKey: [...integrationKeys.lists, { ...filters, perPage }],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/integrations', {
          params: { query: { ...filters, per_page: perPage } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** One page of integrations, kept current: quickly while a first check is under way. */
export function useIntegrations(filters: IntegrationFilters) {
  return useQuery({
    ...integrationsQuery(filters),
    refetchInterval: ({ state }) =>
      state.data?.integrations.some(isBeingChecked) ? POLL_PENDING_MS : POLL_MS,
  });
}

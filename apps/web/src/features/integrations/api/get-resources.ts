import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

export function resourcesQuery(id: string) {
  return queryOptions({
    queryKey: [...integrationKeys.one(id), 'resources'],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/v1/integrations/{id}/resources', { params: { path: { id } }, signal })))
        .kinds,
    // Each time it is the provider that is asked.
    staleTime: 60_000,
    retry: false,
  });
}

/** What the account reaches, by kind, as the provider tells it now. */
export const useResources = (id: string, enabled = true) => useQuery({ ...resourcesQuery(id), enabled });

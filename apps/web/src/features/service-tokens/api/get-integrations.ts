import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { ApiError } from '../../../lib/api-error';
import { api, unwrap } from '../../../lib/client';
import type { Integration } from './types';

const FOUND = 20;

interface Wanted {
  q?: string;
  type?: string;
}

function foundQuery({ q, type }: Wanted, count: number) {
  return queryOptions({
    queryKey: ['service-tokens', 'integrations', { q, type, count }],
    queryFn: async ({ signal }) => {
      const query = { q: q || undefined, type, sort: 'name' as const, per_page: count };
      return (await unwrap(api.GET('/api/v1/integrations', { params: { query }, signal }))).integrations;
    },
    placeholderData: keepPreviousData,
  });
}

/** The first integrations that fit a search. */
export const useFoundIntegrations = (q: string) => useQuery(foundQuery({ q }, FOUND));

/** One integration to show an example with. */
export const useAnyIntegration = (type: string | undefined, enabled: boolean) =>
  useQuery({ ...foundQuery({ type }, 1), enabled });

function integrationQuery(id: string) {
  return queryOptions({
    queryKey: ['service-tokens', 'integration', id],
    queryFn: async (): Promise<Integration | null> => {
      try {
        return (await unwrap(api.GET('/api/v1/integrations/{id}', { params: { path: { id } } }))).integration;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** Integrations by their identifiers; null for one that is gone, undefined for one that is not loaded. */
export function useIntegrationsById(ids: string[]): Map<string, Integration | null | undefined> {
  return useQueries({
    queries: ids.map(integrationQuery),
    combine: (results) => new Map(results.map(({ data }, index) => [ids[index] ?? '', data])),
  });
}

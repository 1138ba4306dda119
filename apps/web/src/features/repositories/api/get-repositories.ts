import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { isUnderWay } from '../sync-words';
import { repositoryKeys } from './keys';
import type { RepositoryFilters } from './types';

const PER_PAGE = 50;
const POLL_SYNC_MS = 1_000;
/** GitHub asked us to wait, or did not answer. */
const POLL_WAITING_MS = 10_000;
const POLL_MS = 30_000;

/** In a query all values are words. */
const asWord = (value: boolean | undefined) => (value === undefined ? undefined : (`${value}` as const));

function repositoriesQuery(integrationId: string, filters: RepositoryFilters) {
  return queryOptions({
    queryKey: [...repositoryKeys.of(integrationId), filters],
    queryFn: ({ signal }) => {
      const { archived, ...rest } = filters;
      const query = { ...rest, archived: asWord(archived), per_page: PER_PAGE };
      const params = { path: { id: integrationId }, query };
      return unwrap(api.GET('/api/v1/integrations/{id}/repositories', { params, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** One page of repositories, and how their sync is doing: asked for quickly while it runs. */
export function useRepositories(integrationId: string, filters: RepositoryFilters) {
  return useQuery({
    ...repositoriesQuery(integrationId, filters),
    refetchInterval: ({ state }) => {
      const sync = state.data?.sync ?? null;
      if (!isUnderWay(sync)) return POLL_MS;
      return sync?.error ? POLL_WAITING_MS : POLL_SYNC_MS;
    },
  });
}

import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';
import type { HealthWindow } from './types';

const POLL_MS = 30_000;

function healthQuery(id: string, window: HealthWindow) {
  return queryOptions({
    queryKey: [...integrationKeys.one(id), 'health', window],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/api/v1/integrations/{id}/health', {
            params: { path: { id }, query: { window } },
          }),
        )
      ).health,
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
}

export const useHealth = (id: string, window: HealthWindow) => useQuery(healthQuery(id, window));

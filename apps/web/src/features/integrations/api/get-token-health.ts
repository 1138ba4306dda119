import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

const POLL_MS = 30_000;

export function tokenHealthQuery(id: string) {
  return queryOptions({
    queryKey: [...integrationKeys.one(id), 'token-health'],
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/integrations/{id}/tokens/health', { params: { path: { id } } })))
        .token_health,
  });
}

export const useTokenHealth = (id: string, { enabled = true, pollMs = POLL_MS } = {}) =>
  useQuery({ ...tokenHealthQuery(id), enabled, refetchInterval: pollMs });

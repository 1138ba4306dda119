import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';
import type { Integration } from './types';

const POLL_PENDING_MS = 3_000;
const POLL_MS = 30_000;

export function integrationQuery(id: string) {
  return queryOptions({
    queryKey: [...integrationKeys.one(id), 'integration'],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/api/v1/integrations/{id}', {
            params: { path: { id } },
          }),
        )
      ).integration,
  });
}

/** Its first check is under way, unlike that of one which nobody has authorised yet. */
export function isBeingChecked({ status, token_status: token }: Integration): boolean {
  return status === 'pending' && token !== 'unauthorized';
}

export function useIntegration(id: string) {
  return useQuery({
    ...integrationQuery(id),
    refetchInterval: ({ state }) => (state.data && isBeingChecked(state.data) ? POLL_PENDING_MS : POLL_MS),
  });
}

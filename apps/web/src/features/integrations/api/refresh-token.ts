import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

/** Asks the service for a fresh token now. Either way the history has one more entry. */
export function useRefreshToken(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () =>
      (await unwrap(api.POST('/api/v1/integrations/{id}/tokens/refresh', { params: { path: { id } } })))
        .token_health,
    onSettled: () => queryClient.invalidateQueries({ queryKey: integrationKeys.all }),
  });
}

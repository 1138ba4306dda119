import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

/** Answers what could not be cleaned up at the service. */
export function useDeleteIntegration(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () =>
      (
        await unwrap(
          api.DELETE('/api/v1/integrations/{id}', {
            params: { path: { id } },
          }),
        )
      ).warnings,
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: integrationKeys.one(id) });
      return queryClient.invalidateQueries({ queryKey: integrationKeys.lists });
    },
  });
}

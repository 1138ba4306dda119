import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationQuery } from './get-integration';
import { integrationKeys } from './keys';

export function useSetEnabled(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (enabled: boolean) =>
      (
        await unwrap(
          api.POST(enabled ? '/api/v1/integrations/{id}/enable' : '/api/v1/integrations/{id}/disable', {
            params: { path: { id } },
          }),
        )
      ).integration,
    onSuccess: (integration) => {
      queryClient.setQueryData(integrationQuery(id).queryKey, integration);
      return queryClient.invalidateQueries({ queryKey: integrationKeys.all });
    },
  });
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { integrationQuery } from './get-integration';
import { integrationKeys } from './keys';

export function useUpdateIntegration(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: Schemas['UpdateIntegrationDto']) =>
      (
        await unwrap(
          api.PATCH('/api/v1/integrations/{id}', {
            params: { path: { id } },
            body,
          }),
        )
      ).integration,
    onSuccess: (integration) => {
      queryClient.setQueryData(integrationQuery(id).queryKey, integration);
      return queryClient.invalidateQueries({ queryKey: integrationKeys.all });
    },
  });
}

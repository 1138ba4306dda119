import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

export function useChooseResources(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: { kind: string; ids: string[] }) =>
      (await unwrap(api.PUT('/api/v1/integrations/{id}/resources', { params: { path: { id } }, body })))
        .selected_resources,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: integrationKeys.one(id) }),
  });
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';
import type { CredentialValues } from './test-integration';

/** Tests the new credentials and stores them only when they work. */
export function useUpdateCredentials(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: CredentialValues) =>
      (
        await unwrap(
          api.PATCH('/api/v1/integrations/{id}/credentials', {
            params: { path: { id } },
            body,
          }),
        )
      ).integration,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: integrationKeys.all }),
  });
}

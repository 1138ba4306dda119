import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrapBody } from '../../../lib/client';
import { integrationKeys } from './keys';
import type { CredentialValues } from './test-integration';

/** Tests the new credentials and stores them only when they work; answers what the server says of it. */
export function useUpdateCredentials(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: CredentialValues) => {
      const params = { path: { id } };
      return (await unwrapBody(api.PATCH('/api/v1/integrations/{id}/credentials', { params, body }))).message;
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: integrationKeys.all }),
  });
}

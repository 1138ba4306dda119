import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { tokenKeys } from './keys';

export function useRevokeServiceToken(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () =>
      (await unwrap(api.DELETE('/api/v1/service-tokens/{id}', { params: { path: { id } } }))).service_token,
    onSuccess: (token) => {
      queryClient.setQueryData(tokenKeys.one(id), token);
      return queryClient.invalidateQueries({ queryKey: tokenKeys.lists });
    },
  });
}

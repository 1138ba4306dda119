import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { tokenKeys } from './keys';
import type { ShownSecret } from './types';

/** Gives the token another secret. The answer holds it: whoever takes it resets the mutation. */
export function useRotateServiceToken(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: async (overlapSeconds: number): Promise<ShownSecret> => {
      const { service_token: token, token: secret } = await unwrap(
        api.POST('/api/v1/service-tokens/{id}/rotate', {
          params: { path: { id } },
          body: { overlap_seconds: overlapSeconds },
        }),
      );
      return { token, secret };
    },
    onSuccess: ({ token }) => {
      queryClient.setQueryData(tokenKeys.one(id), token);
      void queryClient.invalidateQueries({ queryKey: tokenKeys.lists });
    },
  });
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { tokenKeys } from './keys';
import type { NewServiceToken, ShownSecret } from './types';

/**
 * Makes a token. The answer holds the secret: `gcTime` lets the cache of mutations forget it, and whoever takes it
 * resets the mutation. `idempotencyKey` stays the same for repeats of one attempt; a repeat brings no secret.
 */
export function useCreateServiceToken() {
  const queryClient = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: async ({
      idempotencyKey,
      ...body
    }: NewServiceToken & { idempotencyKey: string }): Promise<ShownSecret> => {
      const params = { header: { 'idempotency-key': idempotencyKey } };
      // A repeat has no token, whatever the schema says.
      const data: { service_token: ShownSecret['token']; token?: string } = await unwrap(
        api.POST('/api/v1/service-tokens', { body, params }),
      );
      return { token: data.service_token, secret: data.token ?? null };
    },
    onSuccess: ({ token }) => {
      queryClient.setQueryData(tokenKeys.one(token.id), token);
      void queryClient.invalidateQueries({ queryKey: tokenKeys.lists });
    },
  });
}

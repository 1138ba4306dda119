import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

export type NewIntegration = Schemas['CreateIntegrationDto'];

/** `idempotencyKey` stays the same for repeats of one attempt, so that a lost answer creates nothing twice. */
export function useCreateIntegration() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ idempotencyKey, ...body }: NewIntegration & { idempotencyKey: string }) =>
      (
        await unwrap(
          api.POST('/api/v1/integrations', {
            body,
            params: { header: { 'idempotency-key': idempotencyKey } },
          }),
        )
      ).integration,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: integrationKeys.all }),
  });
}

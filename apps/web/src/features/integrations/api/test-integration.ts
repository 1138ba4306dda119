import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

export type CredentialValues = Record<string, unknown> & { credential_type: string; auth_mode?: string };

/** Tests values that are not saved; nothing is kept. */
export function useTestValues() {
  return useMutation({
    mutationFn: (body: Schemas['TestIntegrationDto']) =>
      unwrap(api.POST('/api/v1/integrations/test', { body })),
  });
}

/** Tests a saved integration: its state moves either way. */
export function useTestIntegration(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/integrations/{id}/test', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: integrationKeys.all }),
  });
}

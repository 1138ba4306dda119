import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { adminKeys } from './keys';

/** One key: the root key, or that of an organisation. */
export type KeyOf = { kind: 'root' } | { kind: 'organization'; organization_id: string };

function useKeyAct<Input, Output>(act: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => queryClient.invalidateQueries({ queryKey: adminKeys.all }),
  });
}

export const useRotateKey = () =>
  useKeyAct((key: KeyOf) => unwrap(api.POST('/api/v1/admin/keys/rotate', { body: key })));

export const useRetireKey = () =>
  useKeyAct(
    async (key: KeyOf) => (await unwrap(api.POST('/api/v1/admin/keys/retire', { body: key }))).retirement,
  );

/** @param organizationId absent for every organisation. */
export const useVerifySecrets = () =>
  useKeyAct((organizationId: string | undefined) =>
    unwrap(api.POST('/api/v1/admin/keys/verify', { body: { organization_id: organizationId } })),
  );

export const usePauseRotation = () =>
  useKeyAct((id: string) =>
    unwrap(api.POST('/api/v1/admin/keys/rotations/{id}/pause', { params: { path: { id } } })),
  );

export const useResumeRotation = () =>
  useKeyAct((id: string) =>
    unwrap(api.POST('/api/v1/admin/keys/rotations/{id}/resume', { params: { path: { id } } })),
  );

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { repositoryKeys } from './keys';

export function useSyncRepositories(integrationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/integrations/{id}/repositories/sync', { params: { path: { id: integrationId } } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: repositoryKeys.of(integrationId) }),
  });
}

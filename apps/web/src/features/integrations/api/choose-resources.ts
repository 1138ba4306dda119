import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationQuery } from './get-integration';
import { resourcesQuery } from './get-resources';
import type { ResourceKind } from './types';

const withChosen = (kind: ResourceKind, ids: string[]): ResourceKind => ({
  ...kind,
  resources: kind.resources.map((resource) => ({ ...resource, selected: ids.includes(resource.id) })),
});

export function useChooseResources(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: { kind: string; ids: string[] }) =>
      (await unwrap(api.PUT('/api/v1/integrations/{id}/resources', { params: { path: { id } }, body })))
        .selected_resources,
    onSuccess: (_chosen, { kind, ids }) => {
      // The provider need not be asked again for what is known.
      queryClient.setQueryData(resourcesQuery(id).queryKey, (kinds) =>
        kinds?.map((each) => (each.id === kind ? withChosen(each, ids) : each)),
      );
      return queryClient.invalidateQueries({ queryKey: integrationQuery(id).queryKey });
    },
  });
}

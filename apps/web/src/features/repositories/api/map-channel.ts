import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { settingsToSend, withMapping, withoutMapping } from '../mapping';
import { repositoryKeys } from './keys';
import type { Mapping, Repository } from './types';

interface Listed {
  repositories: Repository[];
}

/** Shows a change before the server has made it; answers what takes it back. */
async function showAtOnce(
  queryClient: QueryClient,
  integrationId: string,
  repositoryId: string,
  change: (repository: Repository) => Repository,
): Promise<() => void> {
  const queryKey = repositoryKeys.of(integrationId);
  await queryClient.cancelQueries({ queryKey });
  const before = queryClient.getQueriesData<Listed>({ queryKey });
  queryClient.setQueriesData<Listed>(
    { queryKey },
    (listed) =>
      listed && {
        ...listed,
        repositories: listed.repositories.map((each) => (each.id === repositoryId ? change(each) : each)),
      },
  );
  return () => {
    for (const [key, data] of before) queryClient.setQueryData(key, data);
  };
}

interface Change {
  repository: Repository;
  mapping: Mapping;
}

/** Maps a channel, or changes the settings of one that is mapped. */
export function useMapChannel(integrationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ repository, mapping }: Change) =>
      unwrap(
        api.PUT('/api/v1/repositories/{id}/slack-channels/{channel_id}', {
          params: { path: { id: repository.id, channel_id: mapping.channel_id } },
          body: { integration_id: mapping.integration_id, settings: settingsToSend(mapping.settings) },
        }),
      ),
    onMutate: ({ repository, mapping }) =>
      showAtOnce(queryClient, integrationId, repository.id, (each) => withMapping(each, mapping)),
    onError: (_error, _change, takeBack) => takeBack?.(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: repositoryKeys.of(integrationId) }),
  });
}

export function useUnmapChannel(integrationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ repository, mapping }: Change) =>
      unwrap(
        api.DELETE('/api/v1/repositories/{id}/slack-channels/{channel_id}', {
          params: { path: { id: repository.id, channel_id: mapping.channel_id } },
        }),
      ),
    onMutate: ({ repository, mapping }) =>
      showAtOnce(queryClient, integrationId, repository.id, (each) =>
        withoutMapping(each, mapping.channel_id),
      ),
    onError: (_error, _change, takeBack) => takeBack?.(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: repositoryKeys.of(integrationId) }),
  });
}

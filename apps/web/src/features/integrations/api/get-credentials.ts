import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

function credentialsQuery(id: string) {
  return queryOptions({
    queryKey: [...integrationKeys.one(id), 'credentials'],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/api/v1/integrations/{id}/credentials', {
            params: { path: { id } },
          }),
        )
      ).credentials,
  });
}

/** What is known about the stored credential; never its value. */
export const useCredentials = (id: string, enabled: boolean) =>
  useQuery({ ...credentialsQuery(id), enabled });

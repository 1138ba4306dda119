import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { toIntegrationType } from './types';

const HOUR_MS = 3_600_000;

export function integrationTypeQuery(typeId: string) {
  return queryOptions({
    queryKey: ['integration-types', typeId],
    queryFn: async () => {
      const params = { path: { type_id: typeId } };
      return toIntegrationType(
        (await unwrap(api.GET('/api/v1/integration-types/{type_id}', { params }))).integration_type,
      );
    },
    staleTime: HOUR_MS,
  });
}

export const useIntegrationType = (typeId: string) => useQuery(integrationTypeQuery(typeId));

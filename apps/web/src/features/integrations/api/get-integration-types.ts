import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { toIntegrationType } from './types';

const HOUR_MS = 3_600_000;

/** The catalogue changes with the installation's version only. */
export const integrationTypesQuery = queryOptions({
  queryKey: ['integration-types'],
  queryFn: async () =>
    (await unwrap(api.GET('/api/v1/integration-types'))).integration_types.map(toIntegrationType),
  staleTime: HOUR_MS,
});

export const useIntegrationTypes = () => useQuery(integrationTypesQuery);

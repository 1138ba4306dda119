import { queryOptions } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from './client';

const HOUR_MS = 3_600_000;

export type TypeDto = Schemas['IntegrationTypeDto'];

/** The catalogue; it changes with the installation's version only. */
export const catalogueQuery = queryOptions({
  queryKey: ['integration-types'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/integration-types'))).integration_types,
  staleTime: HOUR_MS,
});

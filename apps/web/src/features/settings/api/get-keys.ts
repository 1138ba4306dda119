import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';

export type Keys = Schemas['KeysDto'];

const keysQuery = queryOptions({
  queryKey: ['admin', 'keys'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/admin/keys'))).keys,
});

export const useKeys = () => useQuery(keysQuery);

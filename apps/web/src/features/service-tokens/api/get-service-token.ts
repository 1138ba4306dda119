import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { tokenKeys } from './keys';

const POLL_MS = 15_000;

function serviceTokenQuery(id: string) {
  return queryOptions({
    queryKey: tokenKeys.one(id),
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/service-tokens/{id}', { params: { path: { id } } }))).service_token,
    refetchInterval: POLL_MS,
  });
}

export const useServiceToken = (id: string) => useQuery(serviceTokenQuery(id));

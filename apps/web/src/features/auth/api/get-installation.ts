import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';

export type Installation = Schemas['InstallationDto'];

export const installationQuery = queryOptions({
  queryKey: ['installation'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/installation'))).installation,
  staleTime: Infinity,
});

export const useInstallation = () => useSuspenseQuery(installationQuery).data;

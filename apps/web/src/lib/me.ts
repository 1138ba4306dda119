import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from './client';

export type User = Schemas['UserDto'];

type Permission =
  | 'integrations:create'
  | 'integrations:bulk'
  | 'repositories:manage'
  | 'tokens:manage'
  | 'organization:update';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/auth/me'))).user,
  staleTime: 60_000,
});

/** The signed-in person. Only under the shell, whose route has loaded it. */
export function useMe(): User {
  return useSuspenseQuery(meQuery).data;
}

/** Whether the person may do something in the organisation. What they may do with one integration, it says itself. */
export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}

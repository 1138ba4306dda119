import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from './client';

export type User = Schemas['UserDto'];

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/auth/me'))).user,
  staleTime: 60_000,
});

/** The signed-in person. Only under the shell, whose route has loaded it. */
export function useMe(): User {
  return useSuspenseQuery(meQuery).data;
}

export type Permission =
  | 'integrations:read'
  | 'integrations:create'
  | 'integrations:update'
  | 'integrations:delete'
  | 'integrations:test'
  | 'credentials:inspect'
  | 'credentials:update';

/** What a built-in role may do only with integrations that the person connected. */
const OWN_ONLY: Record<string, Permission[]> = {
  developer: ['credentials:inspect', 'credentials:update'],
};

/** Whether the person may do something, with `ownerId` to the integration of that person. The server decides. */
export function useCan(): (permission: Permission, ownerId?: string | null) => boolean {
  const { id, role, permissions } = useMe();
  return (permission, ownerId) => {
    if (!permissions.includes(permission)) return false;
    const ownOnly = OWN_ONLY[role ?? '']?.includes(permission);
    return !ownOnly || ownerId === undefined || ownerId === id;
  };
}

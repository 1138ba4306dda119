import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { meQuery } from '../../../lib/me';

export type Organization = Schemas['OrganizationDetailsDto'];

function organizationQuery(id: string) {
  return queryOptions({
    queryKey: ['organization', id],
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/organizations/{id}', { params: { path: { id } } }))).organization,
  });
}

export const useOrganization = (id: string) => useQuery(organizationQuery(id));

/** Its name is on many pages: whoever shows it hears of the change. */
export function useUpdateOrganization(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: Schemas['UpdateOrganizationDto']) =>
      (await unwrap(api.PATCH('/api/v1/organizations/{id}', { params: { path: { id } }, body })))
        .organization,
    onSuccess: (organization) => {
      queryClient.setQueryData(organizationQuery(id).queryKey, organization);
      return queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
}

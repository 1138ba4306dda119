import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { meQuery } from '../../../lib/me';
import { acceptTokens, cookieModeHeaders } from '../../../lib/session';
import { installationQuery } from './get-installation';

export type Registration = Schemas['RegisterDto'];

export function useRegister() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Registration) =>
      unwrap(api.POST('/api/v1/auth/register', { body, headers: cookieModeHeaders })),
    onSuccess: async ({ tokens }) => {
      acceptTokens(tokens);
      await queryClient.fetchQuery(meQuery);
      queryClient.removeQueries({ queryKey: installationQuery.queryKey });
    },
  });
}

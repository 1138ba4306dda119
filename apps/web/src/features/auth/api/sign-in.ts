import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { meQuery } from '../../../lib/me';
import { acceptTokens, cookieModeHeaders } from '../../../lib/session';

export function useSignIn() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas['LoginDto']) =>
      unwrap(api.POST('/api/v1/auth/login', { body, headers: cookieModeHeaders })),
    onSuccess: async ({ tokens }) => {
      acceptTokens(tokens);
      await queryClient.fetchQuery(meQuery);
    },
  });
}

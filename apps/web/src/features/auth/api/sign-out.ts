import { useMutation } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { announceSignOut, cookieModeHeaders } from '../../../lib/session';

export function useSignOut() {
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/auth/logout', { headers: cookieModeHeaders })),
    onSuccess: announceSignOut,
  });
}

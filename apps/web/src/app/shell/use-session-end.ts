import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { onSessionEnd } from '../../lib/session';

/** Leaves for the sign-in page when the session is over, and forgets what it had shown. */
export function useSessionEnd() {
  const router = useRouter();
  const queryClient = useQueryClient();
  useEffect(
    () =>
      onSessionEnd((reason) => {
        const search =
          reason === 'expired' ? { redirect: router.state.location.href, ended: true as const } : {};
        void router.navigate({ to: '/sign-in', search, replace: true }).then(() => queryClient.clear());
      }),
    [router, queryClient],
  );
}

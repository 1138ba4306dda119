import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from './client';
import { restoreSession } from './session';

/** Failures that the server can tell more of than their code says: what is missing, what was refused, who is down. */
const TOLD = new Set(['OAUTH_EXCHANGE_FAILED', 'OAUTH_PROVIDER_ERROR', 'OAUTH_SCOPE_MISSING']);
const LOOKED_AT = 10;

/** The sentence that the server logged about a consent that failed; null where there is none. */
function consentFailureQuery(integrationId: string, code: string) {
  return queryOptions({
    queryKey: ['consent-failure', integrationId, code],
    queryFn: async () => {
      await restoreSession();
      const params = { path: { id: integrationId }, query: { limit: LOOKED_AT } };
      const { logs } = await unwrap(api.GET('/api/v1/integrations/{id}/logs', { params }));
      const failure = logs.find(({ action }) => action === 'authorisation_failed');
      return failure?.metadata.code === code ? failure.message : null;
    },
    // The same code can fail for another reason the next time.
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
}

/**
 * Why a consent failed, in the server's own words where it has some, else in the general ones.
 * @returns undefined while that is asked for
 */
export function useConsentFailure(
  integrationId: string | undefined,
  code: string | undefined,
  general: string,
): string | undefined {
  const enabled = integrationId !== undefined && code !== undefined && TOLD.has(code);
  const query = useQuery({ ...consentFailureQuery(integrationId ?? '', code ?? ''), enabled });
  return enabled && query.isPending ? undefined : (query.data ?? general);
}

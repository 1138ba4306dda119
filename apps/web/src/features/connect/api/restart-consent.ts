import { api, unwrap } from '../../../lib/client';
import { recallScopes } from '../../../lib/connect-scopes';
import { restoreSession } from '../../../lib/session';

/** Begins a consent anew on a full page; answers the provider's address. */
export async function restartConsent(integrationId: string): Promise<string> {
  await restoreSession();
  const params = { path: { id: integrationId } };
  const body = { scopes: recallScopes(integrationId), display: 'page' as const };
  return (await unwrap(api.POST('/api/v1/integrations/{id}/oauth/initiate', { params, body })))
    .authorization_url;
}

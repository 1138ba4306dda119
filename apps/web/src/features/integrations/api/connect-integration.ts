import { api, unwrap } from '../../../lib/client';

export interface ConsentRequest {
  /** Left out: those of last time, or else the type's defaults. */
  scopes?: string[];
  display: 'popup' | 'page';
}

/** Begins a consent; answers the provider's address to send the browser to. */
export async function initiateConsent(id: string, body: ConsentRequest): Promise<string> {
  const params = { path: { id } };
  return (await unwrap(api.POST('/api/v1/integrations/{id}/oauth/initiate', { params, body })))
    .authorization_url;
}

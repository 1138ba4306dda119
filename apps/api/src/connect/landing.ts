import type { Conclusion } from './consents.service.js';

export interface Landing {
  flow: 'connect' | 'github_app' | 'github_install';
  outcome: 'connected' | 'failed' | 'pending';
  /** An error code of the contract. */
  code?: string;
  integration?: string | null;
  display?: 'popup' | 'page';
  choose?: boolean;
  /** Names of scopes that are missing; of the manifest. */
  scopes?: string[];
}

/** The page of the web app that says in our own words how a flow ended. Nothing of a provider is in its address. */
export function landingUrl(publicUrl: URL, landing: Landing): string {
  const { flow, outcome, code, integration, display = 'page', choose = false, scopes = [] } = landing;
  const url = new URL('/connect/result', publicUrl);
  url.search = new URLSearchParams({
    flow,
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(integration ? { integration } : {}),
    display,
    ...(choose ? { choose: '1' } : {}),
    ...(scopes.length > 0 ? { scopes: scopes.join(' ') } : {}),
  }).toString();
  return url.toString();
}

export function landingOf({ integrationId, display, choose, failure }: Conclusion): Landing {
  const missing = failure?.details?.missing_scopes;
  return {
    flow: 'connect',
    outcome: failure ? 'failed' : 'connected',
    code: failure?.code,
    integration: integrationId,
    display,
    choose,
    scopes: Array.isArray(missing) ? (missing as string[]) : [],
  };
}

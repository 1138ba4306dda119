/** What a consent needs when the browser comes back, as it lies with the state. */
export interface ConsentDetails {
  scopes: string[];
  display: 'popup' | 'page';
  /** Of the client and the settings it was asked with. */
  fingerprint: string;
}

export function readDetails(details: Record<string, unknown>): ConsentDetails {
  const { scopes = [], display, fingerprint = '' } = details as Partial<ConsentDetails>;
  return { scopes, display: display === 'popup' ? 'popup' : 'page', fingerprint };
}

import type { Schemas } from '@latchkey/api-client';

export type ServiceToken = Schemas['ServiceTokenDto'];
export type NewServiceToken = Schemas['CreateServiceTokenDto'];
export type TokenStatus = ServiceToken['status'];
export type Scope = NewServiceToken['scopes'][number];
export type Integration = Schemas['IntegrationDto'];

export const TOKEN_STATUSES = ['active', 'expired', 'revoked'] as const satisfies TokenStatus[];

/** What is shown this once: it lives in the state of the page that shows it, and nowhere else. */
export interface ShownSecret {
  token: ServiceToken;
  /** Null when the answer to the first attempt was lost, and the secret with it. */
  secret: string | null;
}

import type { AuthWay, FieldValue, Manifest } from '@latchkey/catalogue';
import type { OAuthClientIdentity } from './oauth-clients.js';

/** Whom to ask for tokens, and as whom. */
export interface OAuthParty {
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
  client: OAuthClientIdentity;
}

/** What a token endpoint answered, whatever form its provider gives it. */
export interface TokenGrant {
  accessToken: string;
  /** Absent: the one that was used stays good. */
  refreshToken?: string;
  /** Absent: the token has no known end. */
  lifetimeSeconds?: number;
  /** null: the answer does not say, so as asked for. */
  scopes: string[] | null;
  account: { id?: string; name?: string } | null;
  /** Config field → value from the answer, such as the address of the tenant. */
  captured: Record<string, string>;
  /** When the request was sent, in milliseconds since the epoch; the lifetime counts from there. */
  receivedAt: number;
}

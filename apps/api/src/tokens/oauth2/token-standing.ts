import type { FailureKind } from '@latchkey/catalogue';
import type { CredentialState } from '../credential-lifecycle.js';

/** Why the last refresh failed; in our own words, never the provider's. */
export interface TokenFailure {
  kind: FailureKind;
  reason: string;
  hint: string;
  /** The error code of the provider. */
  code?: string;
  at: string;
  /** Until then nobody asks again, even where the token has ended; ISO 8601. */
  retry_at: string | null;
  /** Only a new consent helps. */
  needs_consent: boolean;
}

/** Refreshes that the provider refused since the last one that worked, with an answer that says nothing of the consent. */
export interface Refusals {
  count: number;
  /** The first of them; ISO 8601. */
  since: string;
  /** One of them was asked for since the service had refused the access token. */
  token_refused: boolean;
}

/** What is known of an OAuth credential besides its secrets; `metadata.oauth` of its row. */
export interface OAuthMetadata {
  scopes_asked: string[];
  /** null: the provider did not say. */
  scopes_granted: string[] | null;
  account: { id?: string; name?: string } | null;
  connected_at: string;
  lifetime_seconds: number | null;
  refreshable: boolean;
  client: 'installation' | 'own';
  failure: TokenFailure | null;
  /** Since then a refresh may have been carried out whose answer was lost. */
  uncertain_since: string | null;
  refusals?: Refusals;
}

/** What the row of a stored OAuth credential says of its tokens. */
export interface TokenStanding {
  /** Of the credential. */
  id: string;
  revision: number;
  state: CredentialState;
  /** The end of the access token; null where none is known. */
  expiresAt: Date | null;
  /** null: nothing to refresh with, or no end is known. */
  refreshAt: Date | null;
  refreshedAt: Date | null;
  refreshFailures: number;
  oauth: OAuthMetadata | undefined;
}

import type { CredentialFields } from '../credential-fields.js';
import type { CredentialSource } from '../credential-source.js';
import type { LeasedRow, Place } from './token-leases.repository.js';
import type { TokenStanding } from './token-standing.js';

/** The tokens as they are stored now. */
export interface Refreshed {
  fields: CredentialFields;
  token: TokenStanding;
}

/** A stored OAuth credential, with what its row says. */
export type StoredTokens = CredentialSource & {
  integrationId: string;
  token: TokenStanding;
  /** The fields hold another client than the stored one: it is kept when it works, and else nothing comes of it. */
  isTrial?: boolean;
};

export const placeOf = ({ organizationId, integrationId }: StoredTokens): Place => ({
  organizationId,
  integrationId,
});

export const standingOf = (row: LeasedRow): TokenStanding => ({
  id: row.id,
  revision: row.revision,
  state: row.state,
  expiresAt: row.expires_at,
  refreshAt: row.refresh_at,
  refreshedAt: row.refreshed_at,
  refreshFailures: row.refresh_failures,
  oauth: row.metadata.oauth,
});

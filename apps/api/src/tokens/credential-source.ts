import type { AuthWay, FieldValue, Manifest } from '@latchkey/catalogue';
import type { CredentialFields } from './credential-fields.js';
import type { TokenStanding } from './oauth2/token-standing.js';

/** A stored credential, or one that somebody has just entered, with what is needed to make it usable. */
export interface CredentialSource {
  organizationId: string;
  /** null for values that are not saved: nothing is kept of them. */
  integrationId: string | null;
  /** Another secret has another version. */
  credentialVersion: string | null;
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
  fields: CredentialFields;
  /** Of stored credentials of kind `oauth2`. */
  token?: TokenStanding;
}

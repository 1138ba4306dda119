import type { AuthWay } from '@latchkey/catalogue';
import type { EgressRequest } from '../egress/egress.client.js';
import type { CredentialFields } from './credentials.service.js';

/** What to show a server in the TLS handshake: for ways of type `mtls`, nothing for others. */
export function clientCertificateOf(
  way: AuthWay,
  fields: CredentialFields,
): EgressRequest['clientCertificate'] {
  if (way.credential_type !== 'mtls') return undefined;
  const { certificate, private_key: key, passphrase } = fields;
  return {
    cert: String(certificate),
    key: String(key),
    ...(passphrase !== undefined && { passphrase: String(passphrase) }),
  };
}

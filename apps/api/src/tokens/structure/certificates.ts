import { X509Certificate } from 'node:crypto';
import type { CredentialFields } from '../credentials.service.js';
import { readPrivateKey, rsaProblem, type StructureErrors } from './private-keys.js';

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Certificate and key of a client: both can be read, they belong together, and the time is right. */
export function checkClientCertificate(fields: CredentialFields, now: Date): StructureErrors {
  const { certificate: pem = '', private_key: key = '', passphrase = '' } = fields;
  const certificate = readCertificate(String(pem));
  const read = readPrivateKey(String(key), String(passphrase));
  const errors: StructureErrors = 'errors' in read ? read.errors : {};
  if (!certificate) {
    return {
      ...errors,
      certificate: ['must be a certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE'],
    };
  }
  if (certificate.validToDate <= now) {
    return { ...errors, certificate: [`expired on ${certificate.validToDate.toISOString().slice(0, 10)}`] };
  }
  if (!('key' in read)) return errors;
  if (!certificate.checkPrivateKey(read.key)) return { private_key: ['does not belong to the certificate'] };
  const wrong = read.key.asymmetricKeyType === 'rsa' ? rsaProblem(read.key, 'TLS') : undefined;
  if (wrong) return { private_key: [wrong] };
  return errors;
}

/** When a client certificate ends (notAfter). */
export function certificateExpiry({ certificate: pem = '' }: CredentialFields): Date | null {
  return readCertificate(String(pem))?.validToDate ?? null;
}

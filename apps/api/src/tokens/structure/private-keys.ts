import { createPrivateKey, type KeyObject } from 'node:crypto';
import { opensCheaply } from './passphrase-cost.js';

/** What is wrong, by field. Never holds a value. */
export type StructureErrors = Record<string, string[]>;

type KeyOrProblem = { key: KeyObject } | { errors: StructureErrors };

const problem = (field: string, message: string): { errors: StructureErrors } => ({
  errors: { [field]: [message] },
});

/**
 * Reads a private key in PEM form (PKCS#8, PKCS#1 or SEC 1).
 * @param passphrase null where the way has none: an encrypted key is refused then.
 */
export function readPrivateKey(pem: string, passphrase: string | null): KeyOrProblem {
  const blocks = Array.from(pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), ([, name = '']) => name);
  // `openssl ecparam -genkey` writes the name of the curve before the key.
  const [label = '', ...more] = blocks.filter((name) => name !== 'EC PARAMETERS');
  if (label === 'OPENSSH PRIVATE KEY') {
    return problem('private_key', 'is in OpenSSH form: convert a copy with ssh-keygen -p -m PEM -f <copy>');
  }
  if (label.endsWith('PUBLIC KEY') || label.endsWith('CERTIFICATE')) {
    const what = label.endsWith('PUBLIC KEY') ? 'a public key' : 'a certificate';
    return problem('private_key', `is ${what}: paste the private key that belongs to it`);
  }
  if (!label.endsWith('PRIVATE KEY')) {
    return problem('private_key', 'must be a private key in PEM form, from BEGIN to END');
  }
  if (more.length > 0) return problem('private_key', 'must be the private key alone, without certificates');
  const encrypted = pem.includes('ENCRYPTED');
  if (encrypted && passphrase === null)
    return problem('private_key', 'must not be encrypted: remove the passphrase from a copy');
  if (encrypted && !passphrase) return problem('passphrase', 'is required: the private key is encrypted');
  if (label === 'ENCRYPTED PRIVATE KEY' && !opensCheaply(pem)) {
    return problem(
      'private_key',
      'is encrypted in a way that is not read here: convert a copy with openssl pkcs8 -topk8 -v2 aes-256-cbc',
    );
  }
  try {
    return { key: createPrivateKey({ key: pem, ...(encrypted && { passphrase: passphrase ?? '' }) }) };
  } catch {
    return encrypted
      ? problem('passphrase', 'does not open the private key')
      : problem('private_key', 'cannot be read: paste the whole file, from BEGIN to END, unchanged');
  }
}

/** An RSA key that is neither too short (RFC 7518, section 3.3) nor slow to sign with, or what is wrong with it. */
export function rsaProblem(key: KeyObject, purpose: string): string | undefined {
  if (key.asymmetricKeyType !== 'rsa') return `must be an RSA key for ${purpose}`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < 2048 || bits > 8192 ? 'must be an RSA key of 2048 to 8192 bits' : undefined;
}

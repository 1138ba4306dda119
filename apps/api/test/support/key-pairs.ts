import { generateKeyPairSync } from 'node:crypto';

/** PEM texts. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** A new key pair; PKCS#8 and SPKI. */
export function keyPair(kind: 'rsa' | 'weak rsa' | 'P-256' | 'P-384'): KeyPair {
  const { privateKey, publicKey } =
    kind === 'rsa' || kind === 'weak rsa'
      ? generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2048 : 1024 })
      : generateKeyPairSync('ec', { namedCurve: kind });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

import { createPrivateKey, createSecretKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { CredentialSource } from '../credential-source.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import type { CredentialFields } from '../credentials.service.js';
import type { Derivation, DerivationTools, Derived } from './derivation.js';

const DEFAULT_LIFETIME_S = 300;

function keyOf({ algorithm, private_key: pem, secret }: CredentialFields): KeyObject {
  try {
    return algorithm === 'HS256'
      ? createSecretKey(Buffer.from(String(secret)))
      : createPrivateKey(String(pem));
  } catch {
    throw new CredentialUnusableError('config', 'The private key cannot be read', {
      hint: 'Enter the credential again.',
      credentialRefused: true,
    });
  }
}

/** RFC 8037 over RFC 7515: the library that signs the others knows no EdDSA. */
function signEdDsa(header: object, claims: object, key: KeyObject): string {
  const encoded = [{ alg: 'EdDSA', ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${encoded}.${sign(null, Buffer.from(encoded), key).toString('base64url')}`;
}

async function derive({ fields }: CredentialSource, { now }: DerivationTools): Promise<Derived> {
  const { algorithm, key_id: keyId, issuer, subject, audience, lifetime_seconds: wanted } = fields;
  const issuedAt = Math.floor(now() / 1000);
  const expires = issuedAt + Number(wanted ?? DEFAULT_LIFETIME_S);
  const claims = {
    ...(issuer !== undefined && { iss: String(issuer) }),
    ...(subject !== undefined && { sub: String(subject) }),
    ...(audience !== undefined && { aud: String(audience) }),
    iat: issuedAt,
    exp: expires,
    jti: randomUUID(),
  };
  const key = keyOf(fields);
  const header = { typ: 'JWT', ...(keyId !== undefined && { kid: String(keyId) }) };
  const token =
    algorithm === 'EdDSA'
      ? signEdDsa(header, claims, key)
      : jwt.sign(claims, key, {
          algorithm: algorithm as jwt.Algorithm,
          header: { ...header, alg: String(algorithm) },
        });
  return { fields: { token }, expiresAt: new Date(expires * 1000) };
}

/** RFC 7519: signed here, so another one would be refused as well. */
export const signedJwt: Derivation = { derive, renewable: false, margin: () => 30_000 };

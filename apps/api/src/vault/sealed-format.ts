import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * The sealed format, version 1. All numbers are big-endian. See docs/security.md for the same, with vectors.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 1 | format version, 0x01 |
 * | 1 | 4 | version of the key it was sealed under |
 * | 5 | 32 | salt of the record key |
 * | 37 | 12 | nonce |
 * | 49 | n | AES-256-GCM ciphertext (NIST SP 800-38D) |
 * | 49+n | 16 | tag |
 *
 * Record key: HKDF-SHA-256 (RFC 5869) of the key with the salt and the info `latchkey record key v1`.
 * Additional data: each part as its length in bytes (4 bytes) and its UTF-8 text; the parts are `latchkey`,
 * the format version, the key version, and then those of the context in their order.
 */
export const FORMAT_VERSION = 1;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + 4 + SALT_BYTES + NONCE_BYTES;
export const KEY_BYTES = 32;
const RECORD_KEY_INFO = 'latchkey record key v1';

/** What could not be opened: a changed byte, another key, or a ciphertext that belongs elsewhere. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

function recordKey(key: Buffer, salt: Buffer): Buffer {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
  return Buffer.from(hkdfSync('sha256', key, salt, RECORD_KEY_INFO, KEY_BYTES));
}

function additionalData(keyVersion: number, context: readonly string[]): Buffer {
  const parts = ['latchkey', String(FORMAT_VERSION), String(keyVersion), ...context];
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** @param context binds the ciphertext to its place; opening asks for the same. */
export function seal(key: Buffer, keyVersion: number, context: readonly string[], plaintext: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT_VERSION, 0);
  header.writeUInt32BE(keyVersion, 1);
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  salt.copy(header, 5);
  nonce.copy(header, 5 + SALT_BYTES);
  const secret = recordKey(key, salt);
  try {
    const cipher = createCipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(keyVersion, context));
    return Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  } finally {
    secret.fill(0);
  }
}

/** @returns the version of the key that opens it. @throws UnsealError when it is no sealed value. */
export function sealedKeyVersion(sealed: Buffer): number {
  if (sealed.length < HEADER_BYTES + TAG_BYTES) throw new UnsealError('The sealed value is cut short.');
  const format = sealed.readUInt8(0);
  if (format !== FORMAT_VERSION)
    throw new UnsealError(`Sealed format ${format} is not known to this version of Latchkey.`);
  return sealed.readUInt32BE(1);
}

/** @throws UnsealError */
export function open(key: Buffer, context: readonly string[], sealed: Buffer): Buffer {
  const keyVersion = sealedKeyVersion(sealed);
  const salt = sealed.subarray(5, 5 + SALT_BYTES);
  const nonce = sealed.subarray(5 + SALT_BYTES, HEADER_BYTES);
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const secret = recordKey(key, salt);
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(keyVersion, context));
    decipher.setAuthTag(tag);
    return Buffer.concat([
      decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES)),
      decipher.final(),
    ]);
  } catch (error) {
    throw new UnsealError(
      'The sealed value does not open: it was changed, moved, or sealed under another key.',
      {
        cause: error,
      },
    );
  } finally {
    secret.fill(0);
  }
}

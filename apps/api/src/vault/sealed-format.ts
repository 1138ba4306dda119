import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { DrawnBytes } from '../common/drawn-bytes.js';

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
/** What sealing a key makes of it. */
export const WRAPPED_KEY_BYTES = HEADER_BYTES + KEY_BYTES + TAG_BYTES;
const RECORD_KEY_INFO = 'latchkey record key v1';

/** What could not be opened: a changed byte, another key, or a ciphertext that belongs elsewhere. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

/** Each is used once. */
const saltsAndNonces = new DrawnBytes(SALT_BYTES + NONCE_BYTES);

/** Keys go to OpenSSL as KeyObjects: a buffer costs it ten microseconds more each time, a third of the whole work. */
function recordKey(key: Buffer | KeyObject, salt: Buffer): KeyObject {
  const secret = Buffer.isBuffer(key) ? createSecretKey(key) : key;
  if (secret.symmetricKeySize !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
  const derived = Buffer.from(hkdfSync('sha256', secret, salt, RECORD_KEY_INFO, KEY_BYTES));
  try {
    return createSecretKey(derived);
  } finally {
    derived.fill(0);
  }
}

function additionalData(keyVersion: number, context: readonly string[]): Buffer {
  const parts = ['latchkey', String(FORMAT_VERSION), String(keyVersion), ...context];
  let size = 0;
  for (const part of parts) size += 4 + Buffer.byteLength(part, 'utf8');
  const data = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const part of parts) {
    const length = data.write(part, offset + 4, 'utf8');
    offset = data.writeUInt32BE(length, offset) + length;
  }
  return data;
}

/** @param context binds the ciphertext to its place; opening asks for the same. */
export function seal(
  key: Buffer | KeyObject,
  keyVersion: number,
  context: readonly string[],
  plaintext: Buffer,
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT_VERSION, 0);
  header.writeUInt32BE(keyVersion, 1);
  saltsAndNonces.draw().copy(header, 5);
  const secret = recordKey(key, header.subarray(5, 5 + SALT_BYTES));
  const nonce = header.subarray(5 + SALT_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(keyVersion, context));
  return Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
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
export function open(key: Buffer | KeyObject, context: readonly string[], sealed: Buffer): Buffer {
  const keyVersion = sealedKeyVersion(sealed);
  const nonce = sealed.subarray(5 + SALT_BYTES, HEADER_BYTES);
  const secret = recordKey(key, sealed.subarray(5, 5 + SALT_BYTES));
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(keyVersion, context));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([
      decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES)),
      decipher.final(),
    ]);
  } catch (error) {
    throw new UnsealError(
      'The sealed value does not open: it was changed, moved, or sealed under another key.',
      { cause: error },
    );
  }
}

/**
 * Opens what one key sealed and seals it under another, bound to the same place.
 * @throws UnsealError
 */
export function reseal(
  from: Buffer | KeyObject,
  to: Buffer | KeyObject,
  keyVersion: number,
  context: readonly string[],
  sealed: Buffer,
): Buffer {
  const plaintext = open(from, context, sealed);
  try {
    return seal(to, keyVersion, context, plaintext);
  } finally {
    plaintext.fill(0);
  }
}

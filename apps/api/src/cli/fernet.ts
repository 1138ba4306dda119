import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/**
 * Fernet, version 0x80 (https://github.com/fernet/spec), to read what other systems sealed. Latchkey seals nothing with
 * it: AES-128-CBC with HMAC-SHA-256, all under one key.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 0x80 |
 * | 8 | time, seconds, big-endian |
 * | 16 | initialisation vector |
 * | 16·n | ciphertext, PKCS #7 padding |
 * | 32 | HMAC of all before |
 */
const VERSION = 0x80;
const KEY_BYTES = 32;
const HEADER_BYTES = 1 + 8 + 16;
const BLOCK_BYTES = 16;
const MAC_BYTES = 32;
const MAX_SKEW_SECONDS = 60;
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** `malformed`: it is no token. `refused`: it was changed, or sealed under another key, or is too old. */
export class FernetError extends Error {
  override readonly name = 'FernetError';

  constructor(
    readonly kind: 'malformed' | 'refused',
    message: string,
  ) {
    super(message);
  }
}

function decode(text: string): Buffer | undefined {
  return BASE64URL.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64url') : undefined;
}

/** @returns the signing half and the encryption half; undefined when the text is no Fernet key. */
export function parseFernetKey(text: string): Buffer | undefined {
  const key = decode(text);
  return key?.length === KEY_BYTES ? key : undefined;
}

/** The key that seed 000's vault makes of its master key or passphrase (PBKDF2, RFC 8018). */
export function derivedFernetKey(secret: string): Buffer {
  return pbkdf2Sync(secret, 'devops-command-center-salt', 100_000, KEY_BYTES, 'sha256');
}

/**
 * @param limits checks the token's age, where one is asked for.
 * @throws FernetError
 */
export function openFernet(
  key: Buffer,
  token: string,
  limits?: { ttlSeconds: number; nowSeconds: number },
): Buffer {
  const bytes = decode(token);
  const length = (bytes?.length ?? 0) - HEADER_BYTES - MAC_BYTES;
  if (!bytes || bytes[0] !== VERSION || length < BLOCK_BYTES || length % BLOCK_BYTES !== 0) {
    throw new FernetError('malformed', 'is not a Fernet token');
  }
  const signed = bytes.subarray(0, -MAC_BYTES);
  const expected = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  if (!timingSafeEqual(expected, bytes.subarray(-MAC_BYTES))) {
    throw new FernetError('refused', 'was changed, or was sealed under another key');
  }
  if (limits) checkAge(Number(bytes.readBigUInt64BE(1)), limits);
  try {
    const iv = bytes.subarray(9, HEADER_BYTES);
    const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), iv);
    return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch (error) {
    throw Object.assign(new FernetError('refused', 'has a wrong padding'), { cause: error });
  }
}

function checkAge(
  time: number,
  { ttlSeconds, nowSeconds }: { ttlSeconds: number; nowSeconds: number },
): void {
  if (time + ttlSeconds < nowSeconds) throw new FernetError('refused', 'is too old');
  if (time > nowSeconds + MAX_SKEW_SECONDS) throw new FernetError('refused', 'is from the future');
}

import { createHash, hkdfSync } from 'node:crypto';
import { KEY_BYTES, open, seal } from '../sealed-format.js';

/** Why the process does not start; the message says what to do and never shows a key. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/**
 * What wraps organisation keys. A store that keeps the key to itself (a KMS) wraps over the network, hence the
 * promises; nothing here is called inside a database transaction.
 */
export interface RootKey {
  /** Names the key without telling anything of it: 16 hexadecimal digits. */
  readonly fingerprint: string;
  wrap(context: readonly string[], plaintext: Buffer): Promise<Buffer>;
  /** @throws UnsealError */
  unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer>;
}

/** Where the root key is held. */
export interface KeyStore {
  readonly kind: 'file' | 'env';
  /** For people: a path or a variable's name. */
  readonly location: string;
  /** The salt a passphrase goes through; kept in the database, made once. */
  readonly needsSalt: boolean;
  /** @throws KeyError when there is none or it is malformed. */
  load(salt: Buffer | null): Promise<RootKey>;
  /** Like `load`, but may make a key: called while the installation has none. */
  provide(salt: Buffer | null): Promise<RootKey>;
}

/** A root key in this process's memory. Wrapped values have the sealed format with key version 0. */
export class LocalRootKey implements RootKey {
  readonly fingerprint: string;

  constructor(private readonly key: Buffer) {
    if (key.length !== KEY_BYTES)
      throw new KeyError(`The root key must have ${KEY_BYTES} bytes; this one has ${key.length}.`);
    const derived = Buffer.from(
      hkdfSync('sha256', key, Buffer.alloc(0), 'latchkey root key fingerprint', 32),
    );
    this.fingerprint = createHash('sha256').update(derived).digest('hex').slice(0, 16);
  }

  async wrap(context: readonly string[], plaintext: Buffer): Promise<Buffer> {
    return seal(this.key, 0, context, plaintext);
  }

  async unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    return open(this.key, context, wrapped);
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** @throws KeyError naming `source`, never showing the text. */
export function decodeKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = BASE64.test(trimmed) ? Buffer.from(trimmed, 'base64') : Buffer.alloc(0);
  if (key.length === KEY_BYTES) return key;
  throw new KeyError(
    `${source} does not hold a root key: it must be ${KEY_BYTES} random bytes in base64, as \`openssl rand -base64 32\` ` +
      `prints them; it has ${key.length} bytes.`,
  );
}

import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { AppError } from '../../common/app-error.js';
import type { KeySettings } from '../../config/key-settings.js';
import { KEY_BYTES, open, reseal, seal, UnsealError, WRAPPED_KEY_BYTES } from '../sealed-format.js';

/**
 * A root key that is missing, malformed, another one, or not ours to use: trying again without a change is of no
 * use. The message says what to do and never shows a key.
 */
export class KeyError extends Error {
  override readonly name: string = 'KeyError';
}

/** A root key that something is wrapped with and that no store here holds. */
export class UnknownRootKeyError extends KeyError {
  override readonly name = 'UnknownRootKeyError';

  constructor(readonly fingerprint: string) {
    super(
      `This was wrapped by the root key with fingerprint ${fingerprint}, which is neither in KEY_STORE nor in ` +
        'KEY_STORE_NEXT. Give every replica the settings of that key again.',
    );
  }
}

/**
 * The store of the root key cannot be reached, is sealed, or has too much to do: trying again may help. Callers are
 * told so in general words; `reason` is for the operator.
 */
export class KeyStoreUnavailableError extends AppError {
  constructor(
    readonly reason: string,
    options: { cause?: unknown; throttled?: boolean } = {},
  ) {
    super('UNAVAILABLE', 'The key store does not answer, so that nothing can be opened. Try again shortly.', {
      cause: options.cause,
      retryAfter: 5,
    });
    this.throttled = options.throttled === true;
  }

  /** The store is there and asks for fewer calls. */
  readonly throttled: boolean;
}

/** What went wrong, as the operator may read it. */
export const reasonOf = (error: Error): string =>
  error instanceof KeyStoreUnavailableError ? error.reason : error.message;

/** A root key that cannot be used, as callers are told of it; the reason is for whoever runs this, and in the log. */
export const rootKeyUnusable = (cause: KeyError): AppError =>
  new AppError('UNAVAILABLE', 'The root key cannot be used. Tell whoever runs Latchkey.', { cause });

/**
 * What wraps organisation keys. A store that keeps the key to itself (a KMS) wraps over the network, hence the
 * promises; nothing here is called inside a database transaction.
 */
export interface RootKey {
  /** Names the key without telling anything of it: 16 hexadecimal digits. */
  readonly fingerprint: string;
  wrap(context: readonly string[], plaintext: Buffer): Promise<Buffer>;
  /** @throws UnsealError, and where the key is remote KeyError and KeyStoreUnavailableError */
  unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer>;
}

/** Where the root key is held. */
export interface KeyStore {
  readonly kind: KeySettings['kind'];
  /** For people: a path, a variable's name, or the name of a key. */
  readonly location: string;
  /** null for a store that hands its key over: it cannot be away later. */
  readonly availability: { readonly unavailableSince: Date | null } | null;
  /** The salt a passphrase goes through; kept in the database, made once. */
  readonly needsSalt: boolean;
  /** @throws KeyError when there is none or it is malformed; KeyStoreUnavailableError */
  load(salt: Buffer | null): Promise<RootKey>;
  /** Like `load`, but may make a key: called while the installation has none. */
  provide(salt: Buffer | null): Promise<RootKey>;
  /** Ends its connections. */
  close?(): Promise<void>;
}

/** A root key in this process's memory. Wrapped values have the sealed format with key version 0. */
export class LocalRootKey implements RootKey {
  readonly fingerprint: string;

  private readonly key: KeyObject;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES)
      throw new KeyError(`The root key must have ${KEY_BYTES} bytes; this one has ${key.length}.`);
    const derived = Buffer.from(
      hkdfSync('sha256', key, Buffer.alloc(0), 'latchkey root key fingerprint', 32),
    );
    this.key = createSecretKey(key);
    this.fingerprint = createHash('sha256').update(derived).digest('hex').slice(0, 16);
  }

  async wrap(context: readonly string[], plaintext: Buffer): Promise<Buffer> {
    return seal(this.key, 0, context, plaintext);
  }

  async unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    return open(this.key, context, wrapped);
  }

  /** A wrapped key as another root key wraps it; undefined where it is none, or none that this one opens. */
  rewrapKey(to: LocalRootKey, context: readonly string[], wrapped: Buffer): Buffer | undefined {
    if (wrapped.length !== WRAPPED_KEY_BYTES) return undefined;
    try {
      return reseal(this.key, to.key, 0, context, wrapped);
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      return undefined;
    }
  }
}

/**
 * Wraps what takes the place of the only other copy. A remote key is asked to open it again first, so that no answer
 * that was mixed up on the way costs an organisation its key.
 * @throws KeyError where it does not.
 */
export async function wrapProven(
  key: RootKey,
  context: readonly string[],
  plaintext: Buffer,
): Promise<Buffer> {
  const wrapped = await key.wrap(context, plaintext);
  if (key instanceof LocalRootKey) return wrapped;
  const opened = await key.unwrap(context, wrapped).catch((error: unknown) => {
    if (error instanceof UnsealError) return Buffer.alloc(0);
    throw error;
  });
  const same = opened.equals(plaintext);
  opened.fill(0);
  if (!same)
    throw new KeyError('The next root key does not open what it wraps. Nothing was replaced by that.');
  return wrapped;
}

/** 16 hexadecimal digits that name a remote key by what it is called there. */
export const fingerprintOf = (...identity: string[]): string =>
  createHash('sha256')
    .update(JSON.stringify(['latchkey root key', ...identity]))
    .digest('hex')
    .slice(0, 16);

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

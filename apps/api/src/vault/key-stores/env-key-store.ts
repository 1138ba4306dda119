import { scrypt } from 'node:crypto';
import { KEY_BYTES } from '../sealed-format.js';
import { decodeKey, KeyError, type KeyStore, LocalRootKey, type RootKey } from './root-key.js';

/** About 128 MiB and half a second (RFC 7914): a guess costs the same. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const LEAST_PASSPHRASE = 16;

/** The root key in `ENCRYPTION_MASTER_KEY`, or made from `ENCRYPTION_PASSPHRASE` and a stored salt. */
export class EnvKeyStore implements KeyStore {
  readonly kind = 'env';
  readonly availability = null;
  readonly location: string;
  readonly needsSalt: boolean;

  constructor(
    private readonly masterKey: string | undefined,
    private readonly passphrase: string | undefined,
    /** Of the variables' names, for the key that is to follow. */
    private readonly suffix: '' | '_NEXT' = '',
  ) {
    if (masterKey && passphrase) {
      throw new KeyError(`Give ENCRYPTION_MASTER_KEY${suffix} or ENCRYPTION_PASSPHRASE${suffix}, not both.`);
    }
    this.needsSalt = passphrase !== undefined;
    this.location = `${passphrase ? 'ENCRYPTION_PASSPHRASE' : 'ENCRYPTION_MASTER_KEY'}${suffix}`;
  }

  async load(salt: Buffer | null): Promise<RootKey> {
    if (this.masterKey) return new LocalRootKey(decodeKey(this.masterKey, this.location));
    if (!this.passphrase) {
      throw new KeyError(
        `KEY_STORE${this.suffix} is env, but neither ENCRYPTION_MASTER_KEY${this.suffix} nor ` +
          `ENCRYPTION_PASSPHRASE${this.suffix} is set.`,
      );
    }
    if (this.passphrase.length < LEAST_PASSPHRASE) {
      throw new KeyError(`${this.location} must have at least ${LEAST_PASSPHRASE} characters.`);
    }
    if (!salt)
      throw new KeyError(
        'This installation was set up with a key and not a passphrase: set ENCRYPTION_MASTER_KEY.',
      );
    return new LocalRootKey(await this.derive(this.passphrase, salt));
  }

  provide(salt: Buffer | null): Promise<RootKey> {
    return this.load(salt);
  }

  private derive(passphrase: string, salt: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, SCRYPT, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  }
}

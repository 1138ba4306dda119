import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps secrets in memory under a key that is made at start and never leaves the process: what lies in a cache is no
 * plaintext in a heap dump or a core file of another moment. AES-256-GCM with a random nonce each time.
 */
export class MemorySeal {
  /** As an object: handed over as bytes it would be prepared anew each time, which takes longer than the cipher. */
  private readonly key = createSecretKey(randomBytes(32));

  protect(value: object): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce, { authTagLength: TAG_BYTES });
    const plaintext = Buffer.from(JSON.stringify(value), 'utf8');
    try {
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    } finally {
      plaintext.fill(0);
    }
  }

  reveal<T extends object>(protectedValue: Buffer): T {
    const decipher = createDecipheriv('aes-256-gcm', this.key, protectedValue.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(protectedValue.subarray(-TAG_BYTES));
    const plaintext = Buffer.concat([
      decipher.update(protectedValue.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
    try {
      return JSON.parse(plaintext.toString('utf8')) as T;
    } finally {
      plaintext.fill(0);
    }
  }
}

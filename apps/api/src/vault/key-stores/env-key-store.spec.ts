import { describe, expect, it } from '@jest/globals';
import { UnsealError } from '../sealed-format.js';
import { EnvKeyStore } from './env-key-store.js';
import { KeyError } from './root-key.js';

const BYTES = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));
const PASSPHRASE = 'correct horse battery staple';
const SALT = Buffer.alloc(32, 1);

const withKey = (text: string) => new EnvKeyStore(text, undefined);
const withPassphrase = (text: string) => new EnvKeyStore(undefined, text);

const refusalOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KeyError);
  return (error as KeyError).message;
};

describe('ENCRYPTION_MASTER_KEY', () => {
  it('holds 32 bytes in base64, and the same bytes are the same key', async () => {
    const key = await withKey(BYTES.toString('base64')).load(null);
    const again = await withKey(` ${BYTES.toString('base64url')}\n`).provide(null);

    expect(key.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(again.fingerprint).toBe(key.fingerprint);
    expect(await again.unwrap(['place'], await key.wrap(['place'], Buffer.from('secret')))).toEqual(
      Buffer.from('secret'),
    );
  });

  it.each([
    ['hexadecimal digits', BYTES.toString('hex'), 48],
    ['31 bytes', BYTES.subarray(1).toString('base64'), 31],
    ['16 bytes', BYTES.subarray(16).toString('base64'), 16],
    ['words', 'please let me in, it is me', 0],
  ])('that holds %s is refused, without its text', async (_, text, length) => {
    const message = await refusalOf(withKey(text).load(null));

    expect(message).toContain('ENCRYPTION_MASTER_KEY does not hold a root key');
    expect(message).toContain(`it has ${length} bytes`);
    expect(message).not.toContain(text);
  });

  it('has a fingerprint that tells nothing of the key and differs for each', async () => {
    const other = Buffer.from(BYTES);
    other[31]! ^= 1;
    const [one, two] = [
      await withKey(BYTES.toString('base64')).load(null),
      await withKey(other.toString('base64')).load(null),
    ];

    expect(one.fingerprint).not.toBe(two.fingerprint);
    expect(BYTES.toString('hex')).not.toContain(one.fingerprint);
    const wrapped = await one.wrap(['place'], BYTES);
    await expect(two.unwrap(['place'], wrapped)).rejects.toThrow(UnsealError);
    await expect(one.unwrap(['elsewhere'], wrapped)).rejects.toThrow(UnsealError);
  });
});

describe('ENCRYPTION_PASSPHRASE', () => {
  it('makes the same key with the same salt, and another with another', async () => {
    const key = await withPassphrase(PASSPHRASE).load(SALT);

    expect((await withPassphrase(PASSPHRASE).provide(SALT)).fingerprint).toBe(key.fingerprint);
    expect((await withPassphrase(PASSPHRASE).load(Buffer.alloc(32, 2))).fingerprint).not.toBe(
      key.fingerprint,
    );
    expect((await withPassphrase(`${PASSPHRASE}!`).load(SALT)).fingerprint).not.toBe(key.fingerprint);
  });

  it('is the same however its letters are composed', async () => {
    const composed = 'ein Schlüssel für alles'.normalize('NFC');
    const key = await withPassphrase(composed).load(SALT);

    expect((await withPassphrase(composed.normalize('NFD')).load(SALT)).fingerprint).toBe(key.fingerprint);
  });

  it('of fewer than 16 characters is refused, without its text', async () => {
    const message = await refusalOf(withPassphrase('fifteen letters').load(SALT));

    expect(message).toBe('ENCRYPTION_PASSPHRASE must have at least 16 characters.');
  });

  it('is refused for an installation that was set up with a key', async () => {
    expect(await refusalOf(withPassphrase(PASSPHRASE).load(null))).toContain('set ENCRYPTION_MASTER_KEY');
  });

  it('asks for a salt, and a key does not', () => {
    expect([withPassphrase(PASSPHRASE).needsSalt, withKey('x').needsSalt]).toEqual([true, false]);
    expect([withPassphrase(PASSPHRASE).location, withKey('x').location]).toEqual([
      'ENCRYPTION_PASSPHRASE',
      'ENCRYPTION_MASTER_KEY',
    ]);
  });
});

describe('the environment', () => {
  it('with both is refused', () => {
    expect(() => new EnvKeyStore(BYTES.toString('base64'), PASSPHRASE)).toThrow(KeyError);
  });

  it('with neither is refused', async () => {
    expect(await refusalOf(new EnvKeyStore(undefined, undefined).load(null))).toContain('neither');
  });
});

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { open, sealedKeyVersion } from './sealed-format.js';

interface Vector {
  name: string;
  key: string;
  keyVersion: number;
  context: string[];
  salt: string;
  nonce: string;
  /** As hexadecimal digits, like the others. */
  plaintext: string;
  sealed: string;
}

const FILE = new URL('./sealed-format.vectors.json', import.meta.url);

const bytes = (digits: string): Buffer<ArrayBuffer> => Buffer.from(digits, 'hex');
const counting = (from: number, length: number): string =>
  Buffer.from(Array.from({ length }, (_, index) => (from + index) % 256)).toString('hex');

const ORGANIZATION = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';
const ROW = '019a9d53-0000-7000-8000-000000000001';

const INPUTS: Omit<Vector, 'sealed'>[] = [
  {
    name: 'a credential',
    key: counting(0, 32),
    keyVersion: 1,
    context: [ORGANIZATION, 'integration_credentials', ROW, 'api_token'],
    salt: counting(100, 32),
    nonce: counting(200, 12),
    plaintext: Buffer.from('{"auth_token":"your-secret-token-here"}').toString('hex'),
  },
  {
    name: 'an organisation key under the root key',
    key: 'f'.repeat(64),
    keyVersion: 0,
    context: [ORGANIZATION, 'organization_keys', '1', 'organization key'],
    salt: '0'.repeat(64),
    nonce: '0'.repeat(24),
    plaintext: counting(7, 32),
  },
  {
    name: 'nothing, with no context',
    key: counting(64, 32),
    keyVersion: 4_294_967_295,
    context: [],
    salt: counting(1, 32),
    nonce: counting(2, 12),
    plaintext: '',
  },
  {
    name: 'text beyond ASCII, with an empty part of the context',
    key: counting(128, 32),
    keyVersion: 258,
    context: ['Müller', '', '日本', '🔑'],
    salt: counting(32, 32),
    nonce: counting(64, 12),
    plaintext: Buffer.from('pässwörd 🔑').toString('hex'),
  },
];

/**
 * The format written a second time from its description alone, on WebCrypto, sharing no code with
 * sealed-format.ts. `WRITE_VECTORS=1` writes the file anew: only for a new format version, never to mend a test.
 */
async function sealByDescription(input: Omit<Vector, 'sealed'>): Promise<string> {
  const { subtle } = globalThis.crypto;
  const number = (value: number): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, false);
    return new Uint8Array(view.buffer);
  };
  const encoder = new TextEncoder();
  const parts = ['latchkey', '1', String(input.keyVersion), ...input.context].map((part) =>
    encoder.encode(part),
  );
  const additionalData = Buffer.concat(parts.flatMap((part) => [number(part.length), part]));
  const recordKey = await subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: bytes(input.salt),
      info: encoder.encode('latchkey record key v1'),
    },
    await subtle.importKey('raw', bytes(input.key), 'HKDF', false, ['deriveKey']),
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt'],
  );
  const ciphertextAndTag = await subtle.encrypt(
    { name: 'AES-GCM', iv: bytes(input.nonce), additionalData, tagLength: 128 },
    recordKey,
    bytes(input.plaintext),
  );
  const header = [Uint8Array.of(1), number(input.keyVersion), bytes(input.salt), bytes(input.nonce)];
  return Buffer.concat([...header, new Uint8Array(ciphertextAndTag)]).toString('hex');
}

const written = async (): Promise<Vector[]> =>
  Promise.all(INPUTS.map(async (input) => ({ ...input, sealed: await sealByDescription(input) })));

if (process.env.WRITE_VECTORS) writeFileSync(FILE, `${JSON.stringify(await written(), null, 2)}\n`);

const VECTORS = JSON.parse(readFileSync(FILE, 'utf8')) as Vector[];

describe('the vectors of our format', () => {
  it('are what an independent implementation makes of the format’s description', async () => {
    expect(VECTORS).toEqual(await written());
  });

  it.each(VECTORS)('open: $name', ({ key, keyVersion, context, plaintext, sealed }) => {
    expect(sealedKeyVersion(bytes(sealed))).toBe(keyVersion);
    expect(open(bytes(key), context, bytes(sealed)).toString('hex')).toBe(plaintext);
  });
});

interface Gcm {
  name: string;
  key: string;
  nonce: string;
  aad: string;
  plaintext: string;
  ciphertext: string;
  tag: string;
}

const LONG_KEY = 'feffe9928665731c6d6a8f9467308308'.repeat(2);
const LONG_TEXT =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
const LONG_CIPHERTEXT =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662';

/** McGrew and Viega, “The Galois/Counter Mode of Operation”, appendix B; NIST's submission has the same. */
const GCM: Gcm[] = [
  {
    name: 'test case 13',
    key: '0'.repeat(64),
    nonce: '0'.repeat(24),
    aad: '',
    plaintext: '',
    ciphertext: '',
    tag: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: 'test case 14',
    key: '0'.repeat(64),
    nonce: '0'.repeat(24),
    aad: '',
    plaintext: '0'.repeat(32),
    ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18',
    tag: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: 'test case 15',
    key: LONG_KEY,
    nonce: 'cafebabefacedbaddecaf888',
    aad: '',
    plaintext: `${LONG_TEXT}1aafd255`,
    ciphertext: `${LONG_CIPHERTEXT}898015ad`,
    tag: 'b094dac5d93471bdec1a502270e3cc6c',
  },
  {
    name: 'test case 16',
    key: LONG_KEY,
    nonce: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    plaintext: LONG_TEXT,
    ciphertext: LONG_CIPHERTEXT,
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

describe('the primitives underneath', () => {
  it.each(GCM)(
    'AES-256-GCM encrypts and decrypts $name',
    ({ key, nonce, aad, plaintext, ciphertext, tag }) => {
      const options = { authTagLength: 16 };
      const cipher = createCipheriv('aes-256-gcm', bytes(key), bytes(nonce), options).setAAD(bytes(aad));
      const made = Buffer.concat([cipher.update(bytes(plaintext)), cipher.final()]);
      expect([made.toString('hex'), cipher.getAuthTag().toString('hex')]).toEqual([ciphertext, tag]);

      const decipher = createDecipheriv('aes-256-gcm', bytes(key), bytes(nonce), options).setAAD(bytes(aad));
      decipher.setAuthTag(bytes(tag));
      const back = Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]);
      expect(back.toString('hex')).toBe(plaintext);
    },
  );

  it('HKDF-SHA-256 derives test case 1 of RFC 5869', () => {
    const derived = hkdfSync(
      'sha256',
      bytes('0b'.repeat(22)),
      bytes(counting(0, 13)),
      bytes(counting(0xf0, 10)),
      42,
    );

    expect(Buffer.from(derived).toString('hex')).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
  });
});

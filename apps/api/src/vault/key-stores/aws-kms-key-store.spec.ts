import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KmsCounterpart } from '../../../test/support/kms.js';
import { TestClock } from '../../../test/support/test-clock.js';
import { loadEnvironment } from '../../config/environment.js';
import { UnsealError } from '../sealed-format.js';
import { keyStoresOf } from './key-stores.js';
import { KeyError, type KeyStore, KeyStoreUnavailableError } from './root-key.js';

const PLACE = ['organisation', 'organization_keys', '1', 'organization key'];
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');

let kms: KmsCounterpart;
let arn: string;
let clock: TestClock;
const opened: KeyStore[] = [];

beforeAll(async () => {
  kms = await KmsCounterpart.start();
  arn = kms.createKey('latchkey');
});

beforeEach(() => {
  clock = new TestClock();
});

afterEach(async () => {
  kms.fault = null;
  kms.lie = null;
  kms.faults = Infinity;
  kms.denied.clear();
  kms.disable(arn, true);
  for (const store of opened.splice(0)) await store.close?.();
});

afterAll(() => kms.close());

function storeWith(settings: Record<string, string> = {}): KeyStore {
  const variables = { KEY_STORE: 'aws-kms', ...kms.settings(arn), ...settings };
  const store = keyStoresOf(loadEnvironment(variables), clock).current;
  opened.push(store);
  return store;
}

async function failureOf(attempt: Promise<unknown>): Promise<Error> {
  const error = await attempt.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  const shown = `${error!.message} ${(error as KeyStoreUnavailableError).reason ?? ''}`;
  expect(shown).not.toContain(kms.settings(arn).AWS_SECRET_ACCESS_KEY);
  expect(shown).not.toContain(SECRET.toString());
  return error!;
}

describe('a key of AWS KMS', () => {
  it('opens what it wrapped, in the same place alone', async () => {
    const key = await storeWith().load(null);
    const wrapped = await key.wrap(PLACE, SECRET);

    expect(wrapped.includes(SECRET)).toBe(false);
    expect(await key.unwrap(PLACE, wrapped)).toEqual(SECRET);
    for (const index of PLACE.keys()) {
      await expect(key.unwrap(PLACE.with(index, 'another'), wrapped)).rejects.toThrow(UnsealError);
    }
  });

  it('tells KMS the place, in words a key policy can ask for, and names itself by its ARN', async () => {
    kms.calls.length = 0;
    const key = await storeWith({ AWS_KMS_KEY_ID: 'alias/latchkey' }).load(null);
    await key.wrap(PLACE, SECRET);

    expect(kms.calls.at(-1)).toMatchObject({
      operation: 'Encrypt',
      request: {
        KeyId: arn,
        EncryptionContext: {
          application: 'latchkey',
          organization: 'organisation',
          table: 'organization_keys',
          row: '1',
          purpose: 'organization key',
        },
      },
    });
  });

  it('has one fingerprint, by ARN, id and alias, which needs a call only where it is not named in full', async () => {
    kms.calls.length = 0;
    const { fingerprint } = await storeWith().load(null);
    expect(kms.calls).toEqual([]);

    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    for (const name of ['alias/latchkey', arn.split('/')[1]!]) {
      expect((await storeWith({ AWS_KMS_KEY_ID: name }).load(null)).fingerprint).toBe(fingerprint);
    }
    const other = await storeWith({ AWS_KMS_KEY_ID: kms.createKey() }).load(null);
    expect(other.fingerprint).not.toBe(fingerprint);
  });

  it('is one key in all Regions where it has replicas', async () => {
    const fingerprintAt = async (region: string, id: string): Promise<string> =>
      (await storeWith({ AWS_KMS_KEY_ID: `arn:aws:kms:${region}:123456789012:key/${id}` }).load(null))
        .fingerprint;

    const replica = 'mrk-1234abcd12ab34cd56ef1234567890ab';
    expect(await fingerprintAt('us-east-1', replica)).toBe(await fingerprintAt('eu-west-1', replica));
    const single = '1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(await fingerprintAt('us-east-1', single)).not.toBe(await fingerprintAt('eu-west-1', single));
  });

  it('does not open what was changed, or what another key of the account wrapped', async () => {
    const key = await storeWith().load(null);
    const wrapped = await key.wrap(PLACE, SECRET);
    wrapped[wrapped.length - 1]! ^= 1;
    await expect(key.unwrap(PLACE, wrapped)).rejects.toThrow(UnsealError);

    const other = await storeWith({ AWS_KMS_KEY_ID: kms.createKey() }).load(null);
    await expect(key.unwrap(PLACE, await other.wrap(PLACE, SECRET))).rejects.toThrow(UnsealError);
    await expect(key.unwrap(PLACE, Buffer.from('anything'))).rejects.toThrow(UnsealError);
  });

  it.each([
    ['of another key', (arn: string) => ({ KeyId: arn.replace('123456789012', '210987654321') })],
    ['of no key', () => ({ KeyId: undefined })],
    ['that holds nothing', () => ({ CiphertextBlob: undefined, Plaintext: undefined })],
    ['that is empty', () => ({ CiphertextBlob: '', Plaintext: '' })],
  ])('does not believe an answer %s', async (_, changed) => {
    const key = await storeWith().load(null);
    const wrapped = await key.wrap(PLACE, SECRET);
    kms.lie = (_operation, answer) => ({ ...answer, ...changed(arn) });

    for (const attempt of [key.wrap(PLACE, SECRET), key.unwrap(PLACE, wrapped)]) {
      const failure = await failureOf(attempt);
      expect(failure).toBeInstanceOf(KeyError);
      expect(failure.message).toContain('Check AWS_KMS_ENDPOINT');
    }
  });
});

describe('what a person can mend', () => {
  const refusals: [string, () => void, RegExp, Record<string, string>][] = [
    [
      'a key that is not there',
      () => undefined,
      /is not there\. Check AWS_KMS_KEY_ID/,
      { AWS_KMS_KEY_ID: 'alias/none' },
    ],
    ['a disabled key', () => kms.disable(arn), /is disabled\. Enable it/, {}],
    ['a missing permission', () => kms.denied.add('Encrypt'), /Allow kms:Encrypt and kms:Decrypt/, {}],
    ['another access key', () => undefined, /Check AWS_ACCESS_KEY_ID/, { AWS_ACCESS_KEY_ID: 'AKIDANOTHER' }],
    ['another secret', () => undefined, /Check AWS_ACCESS_KEY_ID/, { AWS_SECRET_ACCESS_KEY: 'another' }],
    ['an old session token', () => undefined, /expired AWS_SESSION_TOKEN/, { AWS_SESSION_TOKEN: 'old' }],
    ['another Region', () => undefined, /Check AWS_ACCESS_KEY_ID|not accept/, { AWS_REGION: 'us-east-1' }],
  ];

  it.each(refusals)('is told of %s', async (_, arrange, message, settings) => {
    arrange();
    const key = storeWith(settings).load(null);
    const failure = await failureOf(key.then((loaded) => loaded.wrap(PLACE, SECRET)));

    expect(failure).toBeInstanceOf(KeyError);
    expect(failure.message).toMatch(message);
  });

  it('is told of settings that are missing, all at once', () => {
    expect(() => keyStoresOf(loadEnvironment({ KEY_STORE: 'aws-kms' }), clock)).toThrow(
      'KEY_STORE is aws-kms, but AWS_KMS_KEY_ID, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY are not set.',
    );
  });

  it('is told of an address over which keys would go in the clear', () => {
    expect(() => storeWith({ AWS_KMS_ENDPOINT: 'http://kms.example.com' })).toThrow(/unencrypted. Use https/);
  });
});

describe('what passes', () => {
  it.each([
    ['ThrottlingException', 400, true],
    ['LimitExceededException', 400, true],
    ['KMSInternalException', 500, false],
    ['DependencyTimeoutException', 503, false],
    ['ServiceUnavailableException', 503, false],
  ])('is %s', async (type, status, throttled) => {
    const key = await storeWith().load(null);
    kms.fault = [type, status];
    const failure = await failureOf(key.wrap(PLACE, SECRET));

    expect(failure).toBeInstanceOf(KeyStoreUnavailableError);
    expect(failure).toMatchObject({ status: 503, throttled });
  });

  it('is one failed answer: the call is made once more', async () => {
    const key = await storeWith().load(null);
    kms.fault = ['KMSInternalException', 500];
    kms.faults = 1;

    expect(await key.unwrap(PLACE, await key.wrap(PLACE, SECRET))).toEqual(SECRET);
  });

  it('is a server that nobody reaches, of which every caller but one now and then is told at once', async () => {
    const gone = await KmsCounterpart.start();
    const store = storeWith({ AWS_KMS_ENDPOINT: gone.counterpart.url });
    const key = await store.load(null);
    await gone.close();
    const failure = await failureOf(key.wrap(PLACE, SECRET));

    expect(failure).toBeInstanceOf(KeyStoreUnavailableError);
    expect((failure as KeyStoreUnavailableError).reason).toMatch(/refused the connection/);
    expect(store.availability!.unavailableSince).toEqual(clock.date());
    expect(await failureOf(key.wrap(PLACE, SECRET))).toBe(failure);
    clock.advance(2000);
    expect(await failureOf(key.wrap(PLACE, SECRET))).not.toBe(failure);
  });

  it('is over with the first answer', async () => {
    const store = storeWith();
    const key = await store.load(null);
    kms.fault = ['KMSInternalException', 500];
    await failureOf(key.wrap(PLACE, SECRET));
    kms.fault = null;
    clock.advance(2000);
    await key.wrap(PLACE, SECRET);

    expect(store.availability!.unavailableSince).toBeNull();
  });
});

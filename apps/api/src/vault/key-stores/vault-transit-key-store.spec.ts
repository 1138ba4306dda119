import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestAuthority } from '../../../test/support/certificates.js';
import { TestClock } from '../../../test/support/test-clock.js';
import { TransitCounterpart } from '../../../test/support/transit.js';
import { loadEnvironment } from '../../config/environment.js';
import { UnsealError } from '../sealed-format.js';
import { keyStoresOf } from './key-stores.js';
import { KeyError, type KeyStore, KeyStoreUnavailableError } from './root-key.js';

const PLACE = ['organisation', 'organization_keys', '1', 'organization key'];
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');

let transit: TransitCounterpart;
let folder: string;
const opened: KeyStore[] = [];

beforeAll(async () => {
  transit = await TransitCounterpart.start();
  transit.createKey('latchkey');
  folder = mkdtempSync(join(tmpdir(), 'latchkey-transit-'));
});

afterEach(async () => {
  transit.sealed = false;
  transit.status = null;
  transit.namespace = undefined;
  transit.tokens.clear();
  transit.tokens.add('hvs.first-token');
  for (const store of opened.splice(0)) await store.close?.();
});

afterAll(async () => {
  await transit.close();
  rmSync(folder, { recursive: true, force: true });
});

function storeWith(settings: Record<string, string> = {}): KeyStore {
  const variables = { KEY_STORE: 'vault-transit', ...transit.settings(), ...settings };
  const store = keyStoresOf(loadEnvironment(variables), new TestClock()).current;
  opened.push(store);
  return store;
}

const fingerprintWith = async (settings: Record<string, string>): Promise<string> =>
  (await storeWith(settings).load(null)).fingerprint;

async function wrapFailure(settings: Record<string, string> = {}): Promise<Error> {
  const key = await storeWith(settings).load(null);
  const error = await key.wrap(PLACE, SECRET).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  const shown = `${error!.message} ${(error as KeyStoreUnavailableError).reason ?? ''}`;
  expect(shown).not.toMatch(/hvs\./);
  return error!;
}

describe('a key of Vault Transit', () => {
  it('opens what it wrapped, in the same place alone', async () => {
    const key = await storeWith().load(null);
    const wrapped = await key.wrap(PLACE, SECRET);

    expect(wrapped.toString()).toMatch(/^vault:v1:/);
    expect(await key.unwrap(PLACE, wrapped)).toEqual(SECRET);
    for (const index of PLACE.keys()) {
      await expect(key.unwrap(PLACE.with(index, 'another'), wrapped)).rejects.toThrow(UnsealError);
    }
  });

  it('does not open what was changed, what another key wrapped, and what is no wrapped key', async () => {
    transit.createKey('another');
    const key = await storeWith().load(null);
    const wrapped = await key.wrap(PLACE, SECRET);
    const other = await storeWith({ VAULT_TRANSIT_KEY: 'another' }).load(null);
    const changed = Buffer.from(wrapped);
    changed[30] = changed[30] === 65 ? 66 : 65;

    await expect(key.unwrap(PLACE, changed)).rejects.toThrow(UnsealError);
    await expect(other.unwrap(PLACE, wrapped)).rejects.toThrow(UnsealError);
    await expect(key.unwrap(PLACE, Buffer.from('anything'))).rejects.toThrow(UnsealError);
  });

  it('is named by address, namespace, mount and key', async () => {
    const fingerprint = await fingerprintWith({});

    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(await fingerprintWith({ VAULT_ADDR: `${transit.counterpart.url}/` })).toBe(fingerprint);
    const others = await Promise.all([
      fingerprintWith({ VAULT_ADDR: 'https://vault.example.com' }),
      fingerprintWith({ VAULT_NAMESPACE: 'team' }),
      fingerprintWith({ VAULT_TRANSIT_MOUNT: 'keys/transit' }),
      fingerprintWith({ VAULT_TRANSIT_KEY: 'another' }),
    ]);
    expect(new Set([fingerprint, ...others]).size).toBe(5);
  });

  it('lies behind the mount and the namespace that were named', async () => {
    const elsewhere = await TransitCounterpart.start({ mount: 'kv/keys' });
    elsewhere.createKey('root');
    elsewhere.namespace = 'team/a';
    const key = await storeWith(elsewhere.settings('root')).load(null);

    expect(await key.unwrap(PLACE, await key.wrap(PLACE, SECRET))).toEqual(SECRET);
    await elsewhere.close();
  });

  it('is reached over TLS with the CA that was given, and not without', async () => {
    const authority = new TestAuthority();
    const encrypted = await TransitCounterpart.start({ tls: authority.issue(['IP:127.0.0.1']) });
    encrypted.createKey('latchkey');
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, authority.certificate);
    const key = await storeWith({ ...encrypted.settings(), VAULT_CACERT: ca }).load(null);

    expect(await key.unwrap(PLACE, await key.wrap(PLACE, SECRET))).toEqual(SECRET);
    expect((await wrapFailure(encrypted.settings())).message).toMatch(/key store does not answer/);
    await encrypted.close();
  });
});

describe('the token', () => {
  it('is read again from its file when it is refused, and the call is made once more', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'hvs.first-token\n');
    const store = storeWith({ VAULT_TOKEN: '', VAULT_TOKEN_FILE: file });
    const key = await store.load(null);
    const wrapped = await key.wrap(PLACE, SECRET);
    transit.tokens.clear();
    transit.tokens.add('hvs.second-token');
    await expect(key.unwrap(PLACE, wrapped)).rejects.toThrow(/token is not valid any more/);
    writeFileSync(file, 'hvs.second-token\n');

    expect(await key.unwrap(PLACE, wrapped)).toEqual(SECRET);
    expect(transit.counterpart.requests.at(-1)!.headers['x-vault-token']).toBe('hvs.second-token');
  });

  it('is given in one way', () => {
    expect(() => storeWith({ VAULT_TOKEN: '' })).toThrow('Give VAULT_TOKEN or VAULT_TOKEN_FILE');
    expect(() => storeWith({ VAULT_TOKEN_FILE: join(folder, 'token') })).toThrow('one of them');
  });

  it.each([
    ['is not there', 'missing', undefined],
    ['is empty', 'empty', '\n'],
    ['holds lines', 'lines', 'a b\nc'],
  ])('whose file %s is asked for by name', async (_, name, text) => {
    const file = join(folder, name);
    if (text !== undefined) writeFileSync(file, text);
    const failure = await wrapFailure({ VAULT_TOKEN: '', VAULT_TOKEN_FILE: file });

    expect(failure).toBeInstanceOf(KeyError);
    expect(failure.message).toContain(file);
  });
});

describe('what a person can mend', () => {
  it.each([
    [
      'a token without rights',
      { VAULT_TOKEN: 'hvs.stranger' },
      /token is not valid any more, or may not update/,
    ],
    [
      'a key that is not there',
      { VAULT_TRANSIT_KEY: 'missing' },
      /create the key .* Vault says: encryption key not found/,
    ],
    [
      'another mount',
      { VAULT_TRANSIT_MOUNT: 'elsewhere' },
      /check VAULT_ADDR, VAULT_NAMESPACE and VAULT_TRANSIT_MOUNT/,
    ],
    ['another namespace', { VAULT_NAMESPACE: 'other' }, /token is not valid any more/],
  ])('is told of %s', async (_, settings, message) => {
    const failure = await wrapFailure(settings);

    expect(failure).toBeInstanceOf(KeyError);
    expect(failure.message).toMatch(message);
  });

  it.each([
    [{ VAULT_ADDR: '' }, /VAULT_ADDR is not set/],
    [{ VAULT_ADDR: 'http://vault.example.com' }, /unencrypted/],
    [{ VAULT_ADDR: 'https://me:secret@vault.example.com' }, /must not hold a user name/],
    [{ VAULT_TRANSIT_KEY: '../sys/seal' }, /not the name of a key/],
    [{ VAULT_TRANSIT_MOUNT: '../sys' }, /not a path such as/],
    [{ VAULT_CACERT: '/nowhere/ca.pem' }, /VAULT_CACERT: ENOENT/],
  ])('is told of the setting %j at once', (settings, message) => {
    expect(() => storeWith(settings as unknown as Record<string, string>)).toThrow(message);
  });
});

describe('what passes', () => {
  it('is a sealed Vault', async () => {
    transit.sealed = true;
    const failure = await wrapFailure();

    expect(failure).toBeInstanceOf(KeyStoreUnavailableError);
    expect((failure as KeyStoreUnavailableError).reason).toMatch(/is sealed or in standby\. Vault is sealed/);
  });

  it.each([
    [429, true],
    [412, false],
    [472, false],
    [500, false],
    [502, false],
  ])('is an answer of %i', async (status, throttled) => {
    transit.status = status;
    const failure = await wrapFailure();

    expect(failure).toMatchObject({ status: 503, throttled });
  });
});

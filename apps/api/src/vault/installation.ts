import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { NIL_ORGANIZATION } from '../common/actor.js';
import type { Clock } from '../common/clock.js';
import type { Environment } from '../config/environment.js';
import type { InstallationRepository, InstallationRow, WrappedRow } from './installation.repository.js';
import { KeyRing } from './key-ring.js';
import { keyStoresOf } from './key-stores/key-stores.js';
import {
  KeyError,
  type KeyStore,
  KeyStoreUnavailableError,
  reasonOf,
  type RootKey,
  wrapProven,
} from './key-stores/root-key.js';
import { KEY_BYTES, UnsealError } from './sealed-format.js';

const CANARY = Buffer.from('latchkey canary');
const contextOf = (column: keyof WrappedRow): string[] => [NIL_ORGANIZATION, 'installation', column, ''];
const SALT_BYTES = 32;
/** Between two attempts of a start to reach the key store. */
const BOOT_PAUSE_MS = 2000;

/** What every other part needs of the installation's keys, opened once at boot. */
export class Installation implements OnApplicationShutdown {
  constructor(
    readonly ring: KeyRing,
    /** Signs access tokens and derives the successors of refresh tokens. */
    readonly signingKey: KeyObject,
    /** Keys the hashes of service tokens. */
    readonly tokenKey: KeyObject,
    private readonly repository: InstallationRepository,
  ) {}

  /** The key that wraps. It may become another one while the process runs. */
  get rootKey(): RootKey {
    return this.ring.active;
  }

  /** Where that key is held. */
  get keyStore(): KeyStore {
    return this.ring.activeStore;
  }

  /** Learns of a rotation that another replica has done, and proves the root key on the canary again. */
  async refresh(): Promise<void> {
    const row = await this.repository.find();
    if (!row) throw new Error('the installation row is gone');
    await this.ring.activate(row.root_key_fingerprint);
    await proveCanary(this.ring, row);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.ring.close();
  }
}

/** Everything of the installation's row, from one root key to another; over the network where they are remote. */
export async function rewrapInstallation(
  row: InstallationRow,
  from: RootKey,
  to: RootKey,
): Promise<WrappedRow> {
  const rewrap = async (column: keyof WrappedRow, wrapped: Buffer): Promise<Buffer> => {
    const plaintext = await from.unwrap(contextOf(column), wrapped);
    try {
      return await wrapProven(to, contextOf(column), plaintext);
    } finally {
      plaintext.fill(0);
    }
  };
  return {
    key_canary: await rewrap('key_canary', row.key_canary),
    jwt_secret: await rewrap('jwt_secret', row.jwt_secret),
    token_key: row.token_key && (await rewrap('token_key', row.token_key)),
  };
}

/** @throws UnsealError, KeyError, KeyStoreUnavailableError */
async function proveCanary(ring: KeyRing, row: InstallationRow): Promise<void> {
  const canary = await ring.unwrap(row.root_key_fingerprint, contextOf('key_canary'), row.key_canary);
  if (!canary.equals(CANARY)) throw new UnsealError('The canary holds something else.');
}

/** The first start: a key is provided, and what it must open from now on is written. Replicas may race. */
async function found(repository: InstallationRepository, store: KeyStore): Promise<void> {
  const salt = store.needsSalt ? randomBytes(SALT_BYTES) : null;
  const key = await store.provide(salt);
  await repository.insert({
    root_key_fingerprint: key.fingerprint,
    root_key_store: store.kind,
    passphrase_salt: salt,
    key_canary: await key.wrap(contextOf('key_canary'), CANARY),
    jwt_secret: await key.wrap(contextOf('jwt_secret'), randomBytes(KEY_BYTES)),
    token_key: await key.wrap(contextOf('token_key'), randomBytes(KEY_BYTES)),
  });
}

/** A remote key whose address or alias has changed is the same key when it opens the canary. */
async function adopted(ring: KeyRing, row: InstallationRow): Promise<boolean> {
  for (const fingerprint of ring.fingerprints) {
    if (!ring.storeOf(fingerprint)?.availability) continue;
    const key = await ring.find(fingerprint);
    const canary = await key.unwrap(contextOf('key_canary'), row.key_canary).catch((error: unknown) => {
      if (error instanceof KeyStoreUnavailableError) throw error;
      return undefined;
    });
    if (!canary?.equals(CANARY)) continue;
    ring.adopt(row.root_key_fingerprint, key);
    return true;
  }
  return false;
}

/** @throws KeyError, KeyStoreUnavailableError when the key that the row names is not to be had. */
async function activateExpected(ring: KeyRing, row: InstallationRow): Promise<void> {
  await ring.load();
  const wanted = row.root_key_fingerprint;
  if (!ring.storeOf(wanted)) {
    const { current, next } = ring.stores;
    for (const store of [current, next]) {
      const failure = store && ring.failureOf(store);
      if (failure instanceof KeyStoreUnavailableError) throw failure;
    }
    if (!(await adopted(ring, row))) throw refusal(ring, wanted);
  }
  await ring.activate(wanted);
}

function refusal(ring: KeyRing, wanted: string): KeyError {
  const expected = `This database was sealed under the root key with fingerprint ${wanted}.`;
  const remedy =
    'Restore that key from your backup. Latchkey does not start with another key, since nothing could be opened.';
  const { current, next } = ring.stores;
  const findings = [current, next].flatMap((store) => {
    if (!store) return [];
    const failure = ring.failureOf(store);
    return failure
      ? failure.message
      : `${store.location} holds the one with fingerprint ${ring.fingerprintIn(store)}.`;
  });
  return new KeyError(`${expected} ${findings.join(' ')} ${remedy}`, { cause: ring.failureOf(current) });
}

async function openOnce(ring: KeyRing, repository: InstallationRepository, jwtSecret: string | undefined) {
  if (!(await repository.find())) await found(repository, ring.stores.current);
  let row = await repository.find();
  if (!row) throw new Error('the installation row could not be written');
  await activateExpected(ring, row);
  const unwrap = (column: keyof WrappedRow, wrapped: Buffer): Promise<Buffer> =>
    ring.unwrap(row!.root_key_fingerprint, contextOf(column), wrapped);
  try {
    await proveCanary(ring, row);
    while (!row.token_key) {
      const wrapped = await ring.active.wrap(contextOf('token_key'), randomBytes(KEY_BYTES));
      await repository.setTokenKey(wrapped, ring.active.fingerprint);
      row = (await repository.find())!;
      await ring.activate(row.root_key_fingerprint);
    }
    const secret = jwtSecret ? Buffer.from(jwtSecret) : await unwrap('jwt_secret', row.jwt_secret);
    const tokenKey = await unwrap('token_key', row.token_key);
    return new Installation(ring, createSecretKey(secret), createSecretKey(tokenKey), repository);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    throw new KeyError(
      `The key in ${ring.activeStore.location} has the right fingerprint, but the installation's canary does not ` +
        'open: the row in the table installation was changed. Restore the database from your backup.',
      { cause: error },
    );
  }
}

/**
 * Opens the installation: finds or makes the root key, proves it on the canary, and opens the signing key. A key
 * store that cannot be reached is waited for, up to KEY_STORE_BOOT_WAIT.
 * @throws KeyError when the key is missing, malformed or another one; KeyStoreUnavailableError.
 */
export async function openInstallation(
  repository: InstallationRepository,
  environment: Environment,
  clock: Clock,
): Promise<Installation> {
  const logger = new Logger('Keys');
  const ring = new KeyRing(keyStoresOf(environment, clock), repository);
  const end = performance.now() + environment.keyStoreBootWait * 1000;
  for (;;) {
    try {
      const installation = await openOnce(ring, repository, environment.jwtSecret);
      const { next } = ring.stores;
      const failure = next && ring.failureOf(next);
      if (failure) logger.warn(`The next root key is not to be had: ${reasonOf(failure)}`);
      await ring.settle();
      return installation;
    } catch (error) {
      const left = end - performance.now();
      if (!(error instanceof KeyStoreUnavailableError) || left <= 0) {
        await ring.close();
        throw error;
      }
      logger.warn(`${error.reason} Latchkey waits for it.`);
      await new Promise((resolve) => setTimeout(resolve, Math.min(BOOT_PAUSE_MS, left)));
    }
  }
}

import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { NIL_ORGANIZATION } from '../common/actor.js';
import type { Environment } from '../config/environment.js';
import type { Database } from '../database/database.js';
import { EnvKeyStore } from './key-stores/env-key-store.js';
import { FileKeyStore } from './key-stores/file-key-store.js';
import { KeyError, type KeyStore, type RootKey } from './key-stores/root-key.js';
import { UnsealError } from './sealed-format.js';

const CANARY = Buffer.from('latchkey canary');
const CANARY_CONTEXT = [NIL_ORGANIZATION, 'installation', 'key_canary', ''];
const JWT_CONTEXT = [NIL_ORGANIZATION, 'installation', 'jwt_secret', ''];
const JWT_SECRET_BYTES = 32;

interface InstallationRow {
  root_key_fingerprint: string;
  passphrase_salt: Buffer | null;
  key_canary: Buffer;
  jwt_secret: Buffer;
}

/** What every other part needs of the installation's keys, opened once at boot. */
export class Installation {
  constructor(
    readonly rootKey: RootKey,
    readonly keyStore: KeyStore,
    /** Signs access tokens and derives the successors of refresh tokens. */
    readonly signingKey: KeyObject,
  ) {}
}

export function keyStoreFor(environment: Environment): KeyStore {
  return environment.keyStore === 'env'
    ? new EnvKeyStore(environment.masterKey, environment.passphrase)
    : new FileKeyStore(environment.dataDirectory);
}

async function findRow(database: Database): Promise<InstallationRow | undefined> {
  const [row] = await database.query<InstallationRow>(
    'SELECT root_key_fingerprint, passphrase_salt, key_canary, jwt_secret FROM installation',
  );
  return row;
}

/** The first start: a key is provided, and what it must open from now on is written. Replicas may race. */
async function found(database: Database, store: KeyStore): Promise<void> {
  const salt = store.needsSalt ? randomBytes(32) : null;
  const key = await store.provide(salt);
  await database.query(
    `INSERT INTO installation (root_key_fingerprint, root_key_store, passphrase_salt, key_canary, jwt_secret)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [
      key.fingerprint,
      store.kind,
      salt,
      await key.wrap(CANARY_CONTEXT, CANARY),
      await key.wrap(JWT_CONTEXT, randomBytes(JWT_SECRET_BYTES)),
    ],
  );
}

async function loadExpected(store: KeyStore, row: InstallationRow): Promise<RootKey> {
  const expected = `This database was sealed under the root key with fingerprint ${row.root_key_fingerprint}.`;
  const remedy =
    'Restore that key from your backup. Latchkey does not start with another key, since nothing could be opened.';
  let key: RootKey;
  try {
    key = await store.load(row.passphrase_salt);
  } catch (error) {
    if (error instanceof KeyError)
      throw new KeyError(`${error.message} ${expected} ${remedy}`, { cause: error });
    throw error;
  }
  if (key.fingerprint !== row.root_key_fingerprint) {
    throw new KeyError(
      `${expected} ${store.location} holds the one with fingerprint ${key.fingerprint}. ${remedy}`,
    );
  }
  return key;
}

/**
 * Opens the installation: finds or makes the root key, proves it on the canary, and opens the signing key.
 * @throws KeyError when the key is missing, malformed or another one.
 */
export async function openInstallation(database: Database, environment: Environment): Promise<Installation> {
  const store = keyStoreFor(environment);
  if (!(await findRow(database))) await found(database, store);
  const row = await findRow(database);
  if (!row) throw new Error('the installation row could not be written');
  const key = await loadExpected(store, row);
  try {
    const canary = await key.unwrap(CANARY_CONTEXT, row.key_canary);
    if (!canary.equals(CANARY)) throw new UnsealError('The canary holds something else.');
    const secret = environment.jwtSecret
      ? Buffer.from(environment.jwtSecret)
      : await key.unwrap(JWT_CONTEXT, row.jwt_secret);
    return new Installation(key, store, createSecretKey(secret));
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    throw new KeyError(
      `The key in ${store.location} has the right fingerprint, but the installation's canary does not open: the ` +
        'row in the table installation was changed. Restore the database from your backup.',
      { cause: error },
    );
  }
}

import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import type { InstallationRepository } from './installation.repository.js';
import { FileKeyStore } from './key-stores/file-key-store.js';
import type { KeyStores } from './key-stores/key-stores.js';
import {
  KeyError,
  type KeyStore,
  KeyStoreUnavailableError,
  type RootKey,
  UnknownRootKeyError,
} from './key-stores/root-key.js';
import { KEY_BYTES, UnsealError } from './sealed-format.js';

interface Held {
  key: RootKey;
  store: KeyStore;
}

/** Something wrapped outside of a transaction, to be written inside one. */
export interface PreparedWrap {
  /**
   * Called in the transaction that writes it: what is wrapped by the root key that is the installation's at this
   * moment, which stays so until the transaction ends.
   * @throws AppError UNAVAILABLE when the root key has become another one meanwhile; trying again helps.
   */
  choose(manager: EntityManager): Promise<{ wrapped: Buffer; fingerprint: string }>;
}

/**
 * The root keys that are to be had, by fingerprint. The active one, which the installation's row names, wraps; any
 * of them unwraps. Usually there is one; while the root key is rotated, and until the one before is retired, two.
 */
export class KeyRing {
  private readonly logger = new Logger('Keys');
  private readonly held = new Map<string, Held>();
  /** The key that each store gave, whether or not another holds it too. */
  private readonly given = new Map<KeyStore, string>();
  private readonly failures = new Map<KeyStore, KeyError | KeyStoreUnavailableError>();
  private activeFingerprint: string | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    readonly stores: KeyStores,
    private readonly repository: InstallationRepository,
  ) {}

  get active(): RootKey {
    return this.activeHeld.key;
  }

  get activeStore(): KeyStore {
    return this.activeHeld.store;
  }

  /** The fingerprints of all keys that are to be had. */
  get fingerprints(): string[] {
    return [...this.held.keys()];
  }

  /** The key with this fingerprint, as far as it was had before. */
  known(fingerprint: string): RootKey | undefined {
    return this.held.get(fingerprint)?.key;
  }

  /** Where the key with this fingerprint is held; undefined when it is not to be had. */
  storeOf(fingerprint: string): KeyStore | undefined {
    return this.held.get(fingerprint)?.store;
  }

  /** Why a store's key could not be had. */
  failureOf(store: KeyStore): KeyError | KeyStoreUnavailableError | undefined {
    return this.failures.get(store);
  }

  /** Reads every store, those that handed over their key before excepted. A store that fails is remembered as such. */
  load(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** @throws UnknownRootKeyError, KeyStoreUnavailableError */
  async find(fingerprint: string): Promise<RootKey> {
    const known = this.held.get(fingerprint);
    if (known) return known.key;
    // Another replica may have made it a moment ago.
    await this.load();
    const found = this.held.get(fingerprint);
    if (found) return found.key;
    const away = [...this.failures.values()].find((error) => error instanceof KeyStoreUnavailableError);
    throw away ?? new UnknownRootKeyError(fingerprint);
  }

  /**
   * @param fingerprint of the root key that wrapped it, from beside the wrapped value.
   * @throws UnsealError, UnknownRootKeyError, KeyError, KeyStoreUnavailableError
   */
  async unwrap(fingerprint: string, context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    return (await this.find(fingerprint)).unwrap(context, wrapped);
  }

  /** The same for the key of an organisation. A store that answers with anything else is not believed. */
  async unwrapKey(fingerprint: string, context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    const key = await this.unwrap(fingerprint, context, wrapped);
    if (key.length === KEY_BYTES) return key;
    throw new UnsealError(`What was wrapped is no key: it has ${key.length} bytes.`);
  }

  /** From now on this key wraps. @throws as `find` */
  async activate(fingerprint: string): Promise<void> {
    if (fingerprint === this.activeFingerprint) return;
    await this.find(fingerprint);
    if (this.activeFingerprint) {
      this.logger.log(`The root key is now the one with fingerprint ${fingerprint}.`);
    }
    this.activeFingerprint = fingerprint;
  }

  /** Takes a key for the one of another fingerprint: it was proven to be that one, under another name. */
  adopt(fingerprint: string, key: RootKey): void {
    const store = this.storeOf(key.fingerprint)!;
    const { wrap, unwrap } = key;
    this.held.set(fingerprint, {
      key: { fingerprint, wrap: wrap.bind(key), unwrap: unwrap.bind(key) },
      store,
    });
  }

  /**
   * Wraps something that is about to be written with the active key, and with its successor where there is one: a
   * rotation may end between here and the transaction, in which nothing can be wrapped.
   */
  async prepare(context: readonly string[], plaintext: Buffer): Promise<PreparedWrap> {
    const wraps = new Map([[this.active.fingerprint, await this.active.wrap(context, plaintext)]]);
    const successor = await this.successor();
    if (successor) {
      const wrapped = await successor.wrap(context, plaintext).catch(() => undefined);
      if (wrapped) wraps.set(successor.fingerprint, wrapped);
    }
    return {
      choose: async (manager) => {
        const fingerprint = await this.repository.holdFingerprint(manager);
        const wrapped = wraps.get(fingerprint);
        if (wrapped) return { wrapped, fingerprint };
        void this.activate(fingerprint).catch((error: Error) => this.logger.error(error.message));
        throw new AppError('UNAVAILABLE', 'The root key was changed at this moment. Try again.', {
          retryAfter: 1,
        });
      },
    };
  }

  /** True when wrapping or unwrapping may be a call over the network. */
  get isRemote(): boolean {
    return [this.stores.current, this.stores.next].some((store) => store?.availability);
  }

  /** The fingerprint of the key that a store hands over or names. */
  fingerprintIn(store: KeyStore): string | undefined {
    return this.given.get(store);
  }

  /**
   * The key to rotate to: that of the next store, or a new one beside the key file.
   * @throws KeyError when there is none, or it is the active one; KeyStoreUnavailableError
   */
  async provideNext(): Promise<RootKey> {
    const { current, next } = this.stores;
    const store = next ?? current;
    if (store instanceof FileKeyStore) {
      const key = await this.repository.alone(() =>
        store.provideNext().catch((error: Error) => {
          throw new KeyError(`A new key file beside ${store.location} cannot be made: ${error.message}`);
        }),
      );
      this.add(key, store);
      return key;
    }
    if (!next) {
      throw new KeyError(
        `KEY_STORE is ${current.kind}: say which root key is next. Set KEY_STORE_NEXT (file, env, aws-kms or ` +
          'vault-transit) with its settings on every replica, restart them, and rotate then.',
      );
    }
    await this.load();
    const failure = this.failures.get(next);
    if (failure) throw failure;
    const key = await this.find(this.fingerprintIn(next)!);
    if (key.fingerprint !== this.activeFingerprint) return key;
    throw new KeyError(
      'The next root key is the one in use already. If it was rotated to before, move its settings from the names ' +
        'with _NEXT to those without; then name another.',
    );
  }

  /** Puts the key files in their places, once the installation's key is one that was made as a successor. */
  async settle(): Promise<void> {
    if (this.files.length > 0) await this.repository.alone((fingerprint) => this.promote(fingerprint));
  }

  /**
   * Deletes the key files of every key but the installation's, which the transaction holds until it ends.
   * @param requireUnused throws where something is wrapped by another.
   * @returns the fingerprints of those that are gone.
   */
  async retireOthers(
    manager: EntityManager,
    requireUnused: (active: string) => Promise<void>,
  ): Promise<string[]> {
    const active = await this.repository.holdAlone(manager);
    await requireUnused(active);
    await this.promote(active);
    const gone: string[] = [];
    for (const store of this.files) gone.push(...(await store.retireAllBut(active)));
    for (const each of gone) this.held.delete(each);
    return gone;
  }

  async close(): Promise<void> {
    await Promise.all([this.stores.current, this.stores.next].map((store) => store?.close?.()));
  }

  private get files(): FileKeyStore[] {
    return [this.stores.current, this.stores.next].filter((store) => store instanceof FileKeyStore);
  }

  private async promote(fingerprint: string): Promise<void> {
    for (const store of this.files) {
      await store.promote(fingerprint).catch((error: Error) => {
        // It is found where it lies, too.
        this.logger.warn(`The key file ${store.location}.next stays where it is: ${error.message}`);
      });
    }
  }

  /** The key that a rotation under way leads to, as far as it is to be had here. */
  private async successor(): Promise<RootKey | undefined> {
    const target = await this.repository.rotationTarget();
    if (!target || target === this.activeFingerprint) return undefined;
    return this.find(target).catch(() => undefined);
  }

  private get activeHeld(): Held {
    const held = this.activeFingerprint && this.held.get(this.activeFingerprint);
    if (!held) throw new Error('the ring has no active key yet');
    return held;
  }

  private async read(): Promise<void> {
    const salt = await this.repository.findSalt();
    await this.readStore(this.stores.current, salt);
    const { next } = this.stores;
    if (next)
      await this.readStore(next, next.needsSalt ? (salt ?? (await this.repository.makeSalt())) : salt);
  }

  private async readStore(store: KeyStore, salt: Buffer | null): Promise<void> {
    if (this.given.has(store) && !(store instanceof FileKeyStore)) return;
    try {
      const key = await store.load(salt);
      this.add(key, store);
      this.given.set(store, key.fingerprint);
      this.failures.delete(store);
    } catch (error) {
      if (!(error instanceof KeyError) && !(error instanceof KeyStoreUnavailableError)) throw error;
      this.failures.set(store, error);
    }
    if (store instanceof FileKeyStore) for (const key of await store.others()) this.add(key, store);
  }

  private add(key: RootKey, store: KeyStore): void {
    if (!this.held.has(key.fingerprint)) this.held.set(key.fingerprint, { key, store });
  }
}

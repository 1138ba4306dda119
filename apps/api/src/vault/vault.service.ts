import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { ChangeFeed } from '../database/change-feed.js';
import { Installation } from './installation.js';
import type { PreparedWrap } from './key-ring.js';
import { KeyError, rootKeyUnusable } from './key-stores/root-key.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { KEY_BYTES, open, seal, sealedKeyVersion, UnsealError } from './sealed-format.js';
import { UnwrappedKeys } from './unwrapped-keys.js';

/** Which version is active is read again after this time, should a notice of its change have been lost. */
const ACTIVE_LIFETIME_MS = 5 * 60_000;
const ACTIVE_IN_MEMORY = 10_000;
const FIRST_VERSION = 1;
/** What the database counts to. A value that names a later version was changed. */
const LAST_VERSION = 2_147_483_647;

/** The place a sealed value belongs to; it opens nowhere else. */
export interface SealContext {
  organizationId: string;
  table: string;
  rowId: string;
  /** The credential type, or what else the value is for. */
  purpose: string;
}

export interface Sealed {
  sealed: Buffer;
  keyVersion: number;
}

export const contextParts = ({ organizationId, table, rowId, purpose }: SealContext): string[] => [
  organizationId,
  table,
  rowId,
  purpose,
];

/** What the wrapped key of an organisation is bound to. */
export const keyContext = (organizationId: string, version: number): string[] => [
  organizationId,
  'organization_keys',
  String(version),
  'organization key',
];

/**
 * Seals and opens secrets under the keys of organisations. It knows nothing of what a secret is for.
 * Keys may be unwrapped over the network: call it outside of transactions.
 */
@Injectable()
export class VaultService implements OnApplicationShutdown {
  private readonly activeVersions = new LRUCache<string, number>({
    max: ACTIVE_IN_MEMORY,
    ttl: ACTIVE_LIFETIME_MS,
  });
  private readonly logger = new Logger('Keys');
  /** Counts what was forgotten, so that what was read before is not kept. */
  private epoch = 0;

  constructor(
    private readonly installation: Installation,
    private readonly repository: OrganizationKeysRepository,
    private readonly keys: UnwrappedKeys,
    private readonly changes: ChangeFeed,
  ) {
    changes.on('organization_keys', (organizationId) => {
      this.epoch += 1;
      this.activeVersions.delete(organizationId);
      this.keys.forget(organizationId);
    });
    changes.onGap(() => {
      this.epoch += 1;
      this.activeVersions.clear();
      this.keys.doubt();
    });
  }

  /**
   * Makes a key for an organisation, its first one unless a version is given.
   * @returns what writes it, to be called in the transaction from whose end on it is in use.
   */
  async prepareOrganizationKey(
    organizationId: string,
    version = FIRST_VERSION,
  ): Promise<(manager: EntityManager) => Promise<void>> {
    const key = randomBytes(KEY_BYTES);
    const prepared = await this.wrap(keyContext(organizationId, version), key).finally(() => key.fill(0));
    return async (manager) => {
      const { wrapped, fingerprint } = await prepared.choose(manager);
      await this.repository.insert(manager, organizationId, {
        version,
        wrapped_key: wrapped,
        root_key_fingerprint: fingerprint,
      });
    };
  }

  /** @throws AppError UNAVAILABLE when the organisation's key is not to be had. */
  async seal(context: SealContext, plaintext: Buffer): Promise<Sealed> {
    const { keyVersion, key } = await this.activeKey(context.organizationId);
    return { sealed: seal(key, keyVersion, contextParts(context), plaintext), keyVersion };
  }

  /** @throws UnsealError when the value was changed or moved, or its key is not to be had. */
  async open(context: SealContext, sealed: Buffer): Promise<Buffer> {
    const key = await this.key(context.organizationId, sealedKeyVersion(sealed));
    return open(key, contextParts(context), sealed);
  }

  /**
   * An organisation's key, for work on many values at once.
   * @throws UnsealError when there is none or it does not unwrap.
   */
  key(organizationId: string, version: number): Promise<Buffer> {
    return this.keys.get(organizationId, version, async () => {
      const found =
        version <= LAST_VERSION ? await this.repository.findVersion(organizationId, version) : undefined;
      if (!found) throw new UnsealError(`Version ${version} of the organisation's key is not there.`);
      return this.installation.ring.unwrapKey(
        found.root_key_fingerprint,
        keyContext(organizationId, version),
        found.wrapped_key,
      );
    });
  }

  /** The version that new values are sealed under. @throws UnsealError when the organisation has none. */
  async activeVersion(organizationId: string): Promise<number> {
    // A notice that does not arrive makes nobody forget.
    const known = this.changes.connected ? this.activeVersions.get(organizationId) : undefined;
    if (known !== undefined) return known;
    const { epoch } = this;
    const found = await this.repository.findActive(organizationId);
    if (!found) throw new UnsealError('The organisation has no active key.');
    if (epoch === this.epoch) this.activeVersions.set(organizationId, found.version);
    return found.version;
  }

  private async wrap(context: readonly string[], key: Buffer): Promise<PreparedWrap> {
    try {
      return await this.installation.ring.prepare(context, key);
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      this.logger.error(`The root key cannot be used: ${error.message}`);
      throw rootKeyUnusable(error);
    }
  }

  private async activeKey(organizationId: string): Promise<{ keyVersion: number; key: Buffer }> {
    try {
      const keyVersion = await this.activeVersion(organizationId);
      return { keyVersion, key: await this.key(organizationId, keyVersion) };
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      throw new AppError(
        'UNAVAILABLE',
        'The key of this organisation cannot be opened, so no credential can be kept under it. Tell whoever runs ' +
          'Latchkey: they can restore it from a backup, or make a new one with `latchkey keys rotate-org`.',
        { cause: error },
      );
    }
  }

  onApplicationShutdown(): void {
    this.keys.clear();
  }
}

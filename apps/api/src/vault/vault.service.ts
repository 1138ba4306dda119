import { randomBytes } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { EntityManager } from 'typeorm';
import { Installation } from './installation.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { KEY_BYTES, open, seal, sealedKeyVersion, UnsealError } from './sealed-format.js';

/** How long an unwrapped organisation key stays in memory. */
const KEY_LIFETIME_MS = 5 * 60_000;
const KEYS_IN_MEMORY = 10_000;
const FIRST_VERSION = 1;

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

const parts = ({ organizationId, table, rowId, purpose }: SealContext): string[] => [
  organizationId,
  table,
  rowId,
  purpose,
];

const keyContext = (organizationId: string, version: number): string[] => [
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
  private readonly keys = new LRUCache<string, Buffer>({
    max: KEYS_IN_MEMORY,
    ttl: KEY_LIFETIME_MS,
    // Not zeroed here: a key may be in use by a call that looked it up before. The collector takes it.
  });
  private readonly activeVersions = new LRUCache<string, number>({
    max: KEYS_IN_MEMORY,
    ttl: KEY_LIFETIME_MS,
  });

  constructor(
    private readonly installation: Installation,
    private readonly repository: OrganizationKeysRepository,
  ) {}

  /**
   * Makes an organisation's first key.
   * @returns what writes it, to be called in the transaction that makes the organisation.
   */
  async prepareOrganizationKey(organizationId: string): Promise<(manager: EntityManager) => Promise<void>> {
    const key = randomBytes(KEY_BYTES);
    const { rootKey } = this.installation;
    const wrapped = await rootKey.wrap(keyContext(organizationId, FIRST_VERSION), key);
    key.fill(0);
    return (manager) =>
      this.repository.insert(manager, organizationId, FIRST_VERSION, wrapped, rootKey.fingerprint);
  }

  async seal(context: SealContext, plaintext: Buffer): Promise<Sealed> {
    const keyVersion = await this.activeVersion(context.organizationId);
    const key = await this.key(context.organizationId, keyVersion);
    return { sealed: seal(key, keyVersion, parts(context), plaintext), keyVersion };
  }

  /** @throws UnsealError when the value was changed or moved, or its key is not to be had. */
  async open(context: SealContext, sealed: Buffer): Promise<Buffer> {
    return open(await this.key(context.organizationId, sealedKeyVersion(sealed)), parts(context), sealed);
  }

  /** How many organisations hold a key of each version and state. */
  overview(): Promise<{ version: number; state: string; count: number }[]> {
    return this.repository.overview();
  }

  onApplicationShutdown(): void {
    for (const key of this.keys.values()) key.fill(0);
    this.keys.clear();
  }

  private async activeVersion(organizationId: string): Promise<number> {
    const known = this.activeVersions.get(organizationId);
    if (known !== undefined) return known;
    const found = await this.repository.findActive(organizationId);
    if (!found) throw new UnsealError('The organisation has no active key.');
    await this.remember(organizationId, found.version, found.wrapped_key);
    this.activeVersions.set(organizationId, found.version);
    return found.version;
  }

  private async key(organizationId: string, version: number): Promise<Buffer> {
    const known = this.keys.get(`${organizationId}:${version}`);
    if (known) return known;
    const found = await this.repository.findVersion(organizationId, version);
    if (!found) throw new UnsealError(`Version ${version} of the organisation's key is not there.`);
    return this.remember(organizationId, version, found.wrapped_key);
  }

  private async remember(organizationId: string, version: number, wrapped: Buffer): Promise<Buffer> {
    const key = await this.installation.rootKey.unwrap(keyContext(organizationId, version), wrapped);
    this.keys.set(`${organizationId}:${version}`, key);
    return key;
  }
}

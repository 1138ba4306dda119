import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { Database, isForeignKeyViolation } from '../database/database.js';
import { type KeyActor, KeyRotations } from './key-rotations.service.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { OrganizationResealer } from './organization-resealer.js';
import { SealedStores } from './sealed-stores.js';
import { type NamedUnreadable, UnreadableRepository } from './unreadable.repository.js';

/** How many of those that do not open are named. */
const NAMED = 20;

/** A version that has to stay, and how many values are the reason. */
export interface KeptVersion {
  version: number;
  values: number;
}

export interface Retirement {
  retired: number[];
  kept: KeptVersion[];
}

/** Destroys old versions of an organisation's key, once PostgreSQL has proved that nothing is sealed under them. */
@Injectable()
export class KeyRetirementService {
  constructor(
    private readonly database: Database,
    private readonly keys: OrganizationKeysRepository,
    private readonly rotations: KeyRotations,
    private readonly stores: SealedStores,
    private readonly resealer: OrganizationResealer,
    private readonly unreadable: UnreadableRepository,
  ) {}

  /**
   * @param version one of them; all that nothing is sealed under when it is left out.
   * @throws AppError NOT_FOUND, CONFLICT when none can go, with what still uses it
   */
  async retire(actor: KeyActor, organizationId: string, version?: number): Promise<Retirement> {
    const candidates = await this.candidates(organizationId, version);
    await this.moveStragglers(organizationId);
    const counts = await this.stores.countByVersion(organizationId);
    const kept = candidates
      .filter((candidate) => counts.has(candidate))
      .map((candidate) => ({ version: candidate, values: counts.get(candidate)! }));
    const free = candidates.filter((candidate) => !counts.has(candidate));
    if (free.length === 0) throw await this.stillUsed(organizationId, kept);
    try {
      const retired = await this.database.tenant(organizationId, async (manager) => {
        const destroyed = await this.keys.destroy(manager, organizationId, free);
        if (destroyed.length > 0)
          await this.rotations.recordRetired(manager, actor, organizationId, destroyed);
        return destroyed;
      });
      if (retired.length === 0)
        throw new AppError('CONFLICT', 'Somebody else has retired it just now. Look again.');
      return { retired, kept };
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      const now = await this.stores.countByVersion(organizationId);
      const used = free.map((candidate) => ({ version: candidate, values: now.get(candidate) ?? 0 }));
      throw await this.stillUsed(organizationId, used);
    }
  }

  private async candidates(organizationId: string, version: number | undefined): Promise<number[]> {
    const versions = await this.keys.versions(organizationId);
    if (versions.length === 0) throw AppError.notFound('organisation');
    const open = await this.rotations.findOpen(organizationId, 'organization');
    if (open) {
      throw new AppError(
        'CONFLICT',
        `The rotation from version ${open.from_key} to ${open.to_key} is ${open.state}: let it finish first.`,
        { details: { rotation_id: open.id, state: open.state } },
      );
    }
    const named = version === undefined ? undefined : versions.find((one) => one.version === version);
    if (version !== undefined && !named) throw AppError.notFound('version of this organisation’s key');
    if (named?.state === 'active')
      throw new AppError('CONFLICT', `Version ${version} is the active one. Rotate the key first.`);
    const retiring = versions.filter(({ state }) => state === 'retiring').map((one) => one.version);
    if (retiring.length === 0)
      throw new AppError('CONFLICT', 'There is no older version of this organisation’s key to retire.');
    return version === undefined ? retiring : [version];
  }

  /** A writer that sealed just before a rotation began may have committed after it had finished. */
  private async moveStragglers(organizationId: string): Promise<void> {
    const active = await this.keys.findActive(organizationId);
    if (!active) return;
    await this.resealer.run({
      organizationId,
      version: active.version,
      signal: new AbortController().signal,
      commit: (work) =>
        this.database.tenant(organizationId, async (manager) => {
          await work(manager, { total: 0, done: 0, skipped: 0 });
        }),
    });
  }

  private async stillUsed(organizationId: string, kept: KeptVersion[]): Promise<AppError> {
    const unreadable = await this.stores.named(await this.unreadable.list(organizationId, NAMED, 0));
    const uses = kept.map(({ version, values }) => `version ${version} by ${values}`).join(', ');
    const remedy =
      unreadable.length > 0
        ? `They do not open: enter those credentials again, or delete those integrations: ${listed(unreadable)}.`
        : 'Try again in a moment; if it stays so, rotate the key again.';
    return new AppError('CONFLICT', `Values are still sealed under it (${uses}). ${remedy}`, {
      details: {
        versions: kept,
        unreadable: unreadable.map(({ table_name: table, row_id, name, key_version, reason }) => ({
          table,
          row_id,
          name,
          key_version,
          reason,
        })),
      },
    });
  }
}

function listed(unreadable: NamedUnreadable[]): string {
  const names = unreadable.map(({ name, row_id: id }) => (name === null ? id : `“${name}”`));
  return names.join(', ') + (unreadable.length === NAMED ? ' and perhaps more' : '');
}

import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { SealedStores } from './sealed-stores.js';
import { type NamedUnreadable, UnreadableRepository } from './unreadable.repository.js';

interface OlderVersion {
  version: number;
  state: string;
  created_at: Date;
  /** How many values are still sealed under it. */
  values: number;
}

export interface OrganizationKeyState {
  id: string;
  name: string;
  slug: string;
  active_version: number;
  /** The root key that wraps the active version. */
  root_key_fingerprint: string;
  older_versions: OlderVersion[];
  unreadable: number;
}

/** How the keys of organisations stand, over all of them. Never a key. */
@Injectable()
export class KeysOverviewService {
  constructor(
    private readonly keys: OrganizationKeysRepository,
    private readonly stores: SealedStores,
    private readonly unreadable: UnreadableRepository,
  ) {}

  /** How many organisations hold a key of each version and state. */
  versions(): Promise<{ version: number; state: string; count: number }[]> {
    return this.keys.overview();
  }

  totals(): Promise<{ organizations: number; with_older_versions: number }> {
    return this.keys.totals();
  }

  /** A page of organisations, those with older versions first. */
  async organizations(page: number, perPage: number): Promise<OrganizationKeyState[]> {
    const found = await this.keys.page(perPage, (page - 1) * perPage);
    const unreadable = await this.unreadable.countEach(found.map(({ id }) => id));
    const states: OrganizationKeyState[] = [];
    for (const { id, name, slug, versions } of found) {
      const active = versions.find(({ state }) => state === 'active');
      const older = versions.filter(({ state }) => state !== 'active');
      const counts = older.length > 0 ? await this.stores.countByVersion(id) : new Map<number, number>();
      states.push({
        id,
        name,
        slug,
        active_version: active?.version ?? 0,
        root_key_fingerprint: active?.root_key_fingerprint ?? '',
        older_versions: older.map(({ version, state, created_at }) => ({
          version,
          state,
          created_at: new Date(created_at),
          values: counts.get(version) ?? 0,
        })),
        unreadable: unreadable.get(id) ?? 0,
      });
    }
    return states;
  }

  countUnreadable(organizationId: string | null = null): Promise<number> {
    return this.unreadable.count(organizationId);
  }

  async listUnreadable(
    organizationId: string | null,
    page: number,
    perPage: number,
  ): Promise<NamedUnreadable[]> {
    return this.stores.named(await this.unreadable.list(organizationId, perPage, (page - 1) * perPage));
  }

  /** @param idOrSlug of an organisation. @throws AppError NOT_FOUND */
  async requireOrganization(idOrSlug: string): Promise<{ id: string; name: string; slug: string }> {
    const organization = await this.keys.findOrganization(idOrSlug);
    if (!organization) throw AppError.notFound('organisation');
    return organization;
  }

  /** Organisations that hold versions which can be retired. */
  withOlderVersions(): Promise<{ id: string; name: string }[]> {
    return this.keys.withOlderVersions();
  }

  /** The names of organisations, where they are still there. */
  namesOf(ids: string[]): Promise<Map<string, string>> {
    return this.keys.namesOf(ids);
  }

  /** Every organisation, in the order of their ids. */
  async *organizationIds(): AsyncGenerator<string> {
    for (let after: string | null = null; ;) {
      const ids: string[] = await this.keys.idsAfter(after, 200);
      if (ids.length === 0) return;
      yield* ids;
      after = ids.at(-1)!;
    }
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NamedUnreadable, UnreadableRow } from './unreadable.repository.js';

/** A row with a sealed value, and the one before it where that is still kept. */
export interface SealedRow {
  id: string;
  /** What the values are for; part of what they are bound to. */
  purpose: string;
  sealed: Buffer;
  keyVersion: number;
  previousSealed: Buffer | null;
}

/** What was read and what takes its place. */
export interface ResealedRow {
  id: string;
  before: Buffer;
  sealed: Buffer;
  previousBefore: Buffer | null;
  previousSealed: Buffer | null;
}

/** What people know a row by. */
export interface SealedName {
  id: string;
  name: string;
  integrationId: string | null;
}

/** A table that holds sealed values, as the vault needs to see it: rows by id, a batch at a time. */
export interface SealedStore {
  readonly table: string;
  /** Every row, by id after `after`. */
  list(organizationId: string, after: string | null, limit: number): Promise<SealedRow[]>;
  /** Rows with a value sealed under a version other than `version`, by id after `after`. */
  listStale(
    organizationId: string,
    version: number,
    after: string | null,
    limit: number,
  ): Promise<SealedRow[]>;
  countStale(organizationId: string, version: number): Promise<number>;
  /** Writes re-sealed values, each only where the row still holds the values that were read. @returns how many */
  replace(
    manager: EntityManager,
    organizationId: string,
    version: number,
    rows: ResealedRow[],
  ): Promise<number>;
  /** Which of these rows still hold the value that was read; they keep it until the transaction ends. */
  lockUnchanged(
    manager: EntityManager,
    organizationId: string,
    rows: Pick<ResealedRow, 'id' | 'before'>[],
  ): Promise<Set<string>>;
  /** How many values are sealed under each version. */
  countByVersion(organizationId: string): Promise<Map<number, number>>;
  /** The names of these rows, as far as they are there. */
  namesOf(organizationId: string, ids: string[]): Promise<SealedName[]>;
}

/** Tables register themselves, so that the vault knows none of them. */
@Injectable()
export class SealedStores {
  private readonly stores = new Map<string, SealedStore>();

  register(store: SealedStore): void {
    this.stores.set(store.table, store);
  }

  all(): SealedStore[] {
    return [...this.stores.values()];
  }

  /** How many values are sealed under each version, in all tables. */
  async countByVersion(organizationId: string): Promise<Map<number, number>> {
    const counts = new Map<number, number>();
    for (const store of this.all()) {
      for (const [version, count] of await store.countByVersion(organizationId))
        counts.set(version, (counts.get(version) ?? 0) + count);
    }
    return counts;
  }

  /** Adds what people know these rows by: one look for each organisation and table. */
  async named(rows: UnreadableRow[]): Promise<NamedUnreadable[]> {
    const groups = Map.groupBy(rows, (row) => `${row.organization_id} ${row.table_name}`);
    const names = new Map<UnreadableRow, SealedName>();
    for (const group of groups.values()) {
      const { organization_id: organizationId, table_name: table } = group[0]!;
      const ids = group.map((row) => row.row_id);
      const found = (await this.stores.get(table)?.namesOf(organizationId, ids)) ?? [];
      const byId = new Map(found.map((name) => [name.id, name]));
      for (const row of group) if (byId.has(row.row_id)) names.set(row, byId.get(row.row_id)!);
    }
    return rows.map((row) => ({
      ...row,
      name: names.get(row)?.name ?? null,
      integration_id: names.get(row)?.integrationId ?? null,
    }));
  }

  async countStale(organizationId: string, version: number): Promise<number> {
    const counts = await Promise.all(this.all().map((store) => store.countStale(organizationId, version)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock.js';
import { JobQueue } from '../jobs/job-queue.js';
import { open, seal, sealedKeyVersion, UnsealError } from './sealed-format.js';
import type { ResealedRow, SealedRow, SealedStore } from './sealed-stores.js';
import { UnreadableRepository } from './unreadable.repository.js';
import { UNREADABLE_QUEUE, type UnreadableFound } from './vault-events.js';
import { contextParts, VaultService } from './vault.service.js';

/** Rows that are read, opened and written together. */
export const BATCH_ROWS = 1000;
/** Rows (about a millisecond of work) after which whoever else waits for the processor has a turn. */
const ROWS_PER_TURN = 32;

/** A row that does not open, with the value that was read. */
export interface BrokenRow {
  id: string;
  before: Buffer;
  keyVersion: number;
  reason: string;
}

/** Opens many values of an organisation, one after the other, and notes those that do not open. */
@Injectable()
export class BulkOpener {
  constructor(
    private readonly vault: VaultService,
    private readonly unreadable: UnreadableRepository,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  /** Opens what is in the rows and seals it again. One that does not open harms no other. */
  async reseal(
    organizationId: string,
    store: SealedStore,
    version: number,
    rows: SealedRow[],
  ): Promise<{ resealed: ResealedRow[]; broken: BrokenRow[] }> {
    // Asked for apart from the rows: without the new key, no row is to blame.
    const key = await this.vault.key(organizationId, version);
    const resealed: ResealedRow[] = [];
    const broken = await this.each(rows, async (row) => {
      const parts = this.parts(organizationId, store, row);
      const again = async (value: Buffer): Promise<Buffer> => {
        const plaintext = await this.openValue(organizationId, parts, value);
        const sealed = seal(key, version, parts, plaintext);
        plaintext.fill(0);
        return sealed;
      };
      const sealed = await again(row.sealed);
      const { previousSealed } = row;
      resealed.push({
        id: row.id,
        before: row.sealed,
        sealed,
        previousBefore: previousSealed,
        previousSealed: previousSealed && (await ofThePrevious(() => again(previousSealed))),
      });
    });
    return { resealed, broken };
  }

  /** Opens what is in the rows and looks no further. */
  async check(
    organizationId: string,
    store: SealedStore,
    rows: SealedRow[],
  ): Promise<{ intact: SealedRow[]; broken: BrokenRow[] }> {
    const intact: SealedRow[] = [];
    const broken = await this.each(rows, async (row) => {
      const parts = this.parts(organizationId, store, row);
      // Whether a version may be retired is decided by the column.
      if (sealedKeyVersion(row.sealed) !== row.keyVersion)
        throw new UnsealError('The row names another version of the key than its value is sealed under.');
      const look = async (value: Buffer) => (await this.openValue(organizationId, parts, value)).fill(0);
      await look(row.sealed);
      const { previousSealed } = row;
      if (previousSealed) await ofThePrevious(() => look(previousSealed));
      intact.push(row);
    });
    return { intact, broken };
  }

  /** Notes what was found, in a transaction of the organisation: a row that has changed meanwhile is left out. */
  async note(
    manager: EntityManager,
    organizationId: string,
    store: SealedStore,
    found: { intactIds: string[]; broken: BrokenRow[] },
  ): Promise<void> {
    const { table } = store;
    await this.unreadable.forget(manager, organizationId, table, found.intactIds);
    if (found.broken.length === 0) return;
    const unchanged = await store.lockUnchanged(manager, organizationId, found.broken);
    const secrets = found.broken.filter(({ id }) => unchanged.has(id));
    const ids = await this.unreadable.record(manager, organizationId, table, secrets, this.clock.date());
    if (ids.length === 0) return;
    const event: UnreadableFound = { organization_id: organizationId, table, row_ids: ids };
    await this.jobs.send(UNREADABLE_QUEUE, event, { manager });
  }

  private async each(rows: SealedRow[], work: (row: SealedRow) => Promise<void>): Promise<BrokenRow[]> {
    const broken: BrokenRow[] = [];
    for (const [index, row] of rows.entries()) {
      if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await turn();
      try {
        await work(row);
      } catch (error) {
        // A key store that cannot be reached says nothing about the row.
        if (!(error instanceof UnsealError)) throw error;
        broken.push({
          id: row.id,
          before: row.sealed,
          keyVersion: row.keyVersion,
          reason: error.message,
        });
      }
    }
    return broken;
  }

  private async openValue(organizationId: string, parts: string[], sealed: Buffer): Promise<Buffer> {
    return open(await this.vault.key(organizationId, sealedKeyVersion(sealed)), parts, sealed);
  }

  private parts(organizationId: string, { table }: SealedStore, { id, purpose }: SealedRow): string[] {
    return contextParts({ organizationId, table, rowId: id, purpose });
  }
}

/** What is said of a value must not be taken for the present one, which works. */
async function ofThePrevious<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    throw new UnsealError(
      `The present value opens; the one before, kept until a test proves the present one, does not: ${error.message}`,
      { cause: error },
    );
  }
}

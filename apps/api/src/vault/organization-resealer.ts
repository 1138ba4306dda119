import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BATCH_ROWS, BulkOpener } from './bulk-opener.js';
import type { CountedWork } from './rotation-lease.js';
import { type SealedStore, SealedStores } from './sealed-stores.js';

/** What is under way stops at the next batch. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

export interface ResealTask {
  organizationId: string;
  /** The version that everything is to be sealed under. */
  version: number;
  signal: AbortSignal;
  /** Runs a batch's writes in one transaction of the organisation. */
  commit(work: CountedWork): Promise<void>;
}

/** Makes the notices of changes be left out, since the secrets stay the same; a commit that is lost is made again. */
async function announceRotation(manager: EntityManager): Promise<void> {
  await manager.query(
    "SELECT set_config('app.rotating', 'on', true), set_config('synchronous_commit', 'off', true)",
  );
}

/** Seals everything of an organisation anew under one version of its key, a batch at a time. */
@Injectable()
export class OrganizationResealer {
  constructor(
    private readonly stores: SealedStores,
    private readonly opener: BulkOpener,
  ) {}

  /**
   * Goes over all tables until nothing is left but what does not open. Writers that sealed with the old version just
   * before may commit later, hence more than one pass.
   * @throws StoppedError when the signal says so.
   */
  async run(task: ResealTask): Promise<void> {
    for (let first = true; ; first = false) {
      let moved = 0;
      for (const store of this.stores.all()) moved += await this.pass(task, store, first);
      if (moved === 0) return;
    }
  }

  /** While one batch is written, the next is sealed and the one after it read. @returns how many rows could be opened */
  private async pass(task: ResealTask, store: SealedStore, first: boolean): Promise<number> {
    const { organizationId, version, signal } = task;
    const read = (after: string | null) => quiet(store.listStale(organizationId, version, after, BATCH_ROWS));
    let reading = read(null);
    let writing: Promise<void> = Promise.resolve();
    let moved = 0;
    try {
      for (let rows = await reading; rows.length > 0; rows = await reading) {
        if (signal.aborted) throw new StoppedError('the work was stopped');
        reading = rows.length < BATCH_ROWS ? Promise.resolve([]) : read(rows.at(-1)!.id);
        const { resealed, broken } = await this.opener.reseal(organizationId, store, version, rows);
        moved += resealed.length;
        await writing;
        writing = quiet(
          task.commit(async (manager, progress) => {
            await announceRotation(manager);
            const done = await store.replace(manager, organizationId, version, resealed);
            const intactIds = resealed.map(({ id }) => id);
            await this.opener.note(manager, organizationId, store, { intactIds, broken });
            return {
              done: progress.done + done,
              skipped: progress.skipped + (first ? broken.length : 0),
            };
          }),
        );
      }
      await writing;
      return moved;
    } finally {
      await Promise.allSettled([reading, writing]);
    }
  }
}

/** Its failure is met where it is awaited, which may be later than it happens. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import pLimit from 'p-limit';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { rewrapInstallation } from './installation.js';
import { InstallationRepository } from './installation.repository.js';
import type { KeyRing } from './key-ring.js';
import {
  KeyError,
  KeyStoreUnavailableError,
  type RootKey,
  UnknownRootKeyError,
  wrapProven,
} from './key-stores/root-key.js';
import {
  type KeyCursor,
  type KeyToRewrap,
  type Rewrapped,
  RootRotationRepository,
} from './root-rotation.repository.js';
import type { RotationLease } from './rotation-lease.js';
import { UnsealError } from './sealed-format.js';
import { UnreadableRepository } from './unreadable.repository.js';
import { keyContext } from './vault.service.js';

const LOCAL_BATCH = 1000;
/** Rows (a millisecond of work or two) after which whoever else waits for the processor has a turn. */
const ROWS_PER_TURN = 64;
/** Small enough to be through long before the lease ends, at whatever speed the store answers. */
const REMOTE_BATCH = 100;
const CALLS_AT_ONCE = 16;
const THROTTLED_ATTEMPTS = 6;
const THROTTLED_PAUSE_MS = 250;
const FLIP_ATTEMPTS = 5;

interface Batch {
  rewrapped: Rewrapped[];
  broken: { organizationId: string; version: number; reason: string }[];
  last: KeyCursor | null;
}

/** Moves every organisation key, and the installation itself, from whichever root key to another. */
@Injectable()
export class RootRewrapping {
  private readonly logger = new Logger('Keys');

  constructor(
    private readonly repository: RootRotationRepository,
    private readonly installations: InstallationRepository,
    private readonly unreadable: UnreadableRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The keys first, then the installation's row, from which moment on new keys are wrapped by the new root key alone
   * (`KeyRing.prepare`), and then the keys that were made meanwhile. Each step finds by itself what is left to do.
   * @throws LeaseLostError, KeyError, KeyStoreUnavailableError
   */
  async run(ring: KeyRing, lease: RotationLease, signal?: AbortSignal): Promise<void> {
    const target = await ring.find(lease.rotation.to_key).catch((error: unknown) => {
      if (!(error instanceof UnknownRootKeyError)) throw error;
      throw new KeyError(
        `The next root key, with fingerprint ${error.fingerprint}, is neither in KEY_STORE nor in KEY_STORE_NEXT of ` +
          'the process that was to go on. Give every replica its settings and restart them.',
      );
    });
    await this.sweep(ring, target, lease, signal);
    await this.flip(ring, target, lease);
    await this.sweep(ring, target, lease, signal);
  }

  private async sweep(
    ring: KeyRing,
    target: RootKey,
    lease: RotationLease,
    signal?: AbortSignal,
  ): Promise<void> {
    const known = new Set(await this.repository.unreadable());
    let skipped = 0;
    let next = this.nextBatch(ring, target, null);
    for (;;) {
      const { rewrapped, broken, last } = await next;
      if (!last) break;
      signal?.throwIfAborted();
      // The processor wraps the next ones while the database writes these.
      next = this.nextBatch(ring, target, last);
      next.catch(() => undefined);
      skipped += broken.length;
      await lease.commit(NIL_ORGANIZATION, async (manager, progress) => {
        const done = progress.done + (await this.repository.replace(manager, target.fingerprint, rewrapped));
        return { done, skipped, total: Math.max(progress.total, done + skipped) };
      });
      await this.report(broken);
      for (const { organizationId } of broken) known.delete(organizationId);
    }
    for (const organizationId of known) {
      await this.database.tenant(organizationId, (manager) =>
        this.unreadable.forget(manager, organizationId, 'organization_keys', [organizationId]),
      );
    }
  }

  private async nextBatch(ring: KeyRing, target: RootKey, after: KeyCursor | null): Promise<Batch> {
    const remote = ring.isRemote;
    const rows = await this.repository.listOthers(
      target.fingerprint,
      after,
      remote ? REMOTE_BATCH : LOCAL_BATCH,
    );
    const batch: Batch = { rewrapped: [], broken: [], last: rows.at(-1) ?? null };
    const rewrap = async (row: KeyToRewrap): Promise<void> => {
      try {
        const wrapped = await unlessThrottled(() => rewrapKey(ring, target, row));
        batch.rewrapped.push({ ...row, after: wrapped });
      } catch (error) {
        if (!(error instanceof UnsealError) && !(error instanceof UnknownRootKeyError)) throw error;
        const { organization_id: organizationId, version } = row;
        batch.broken.push({ organizationId, version, reason: error.message });
      }
    };
    if (remote) {
      const limit = pLimit(CALLS_AT_ONCE);
      await Promise.all(rows.map((row) => limit(rewrap, row)));
    } else {
      for (const [index, row] of rows.entries()) {
        if (index % ROWS_PER_TURN === 0) await turn();
        await rewrap(row);
      }
    }
    return batch;
  }

  /** One organisation's key harms no other; who runs Latchkey is told of it. */
  private async report(broken: Batch['broken']): Promise<void> {
    for (const { organizationId, version, reason } of broken) {
      this.logger.warn(
        `The key of organisation ${organizationId} (version ${version}) is skipped: ${reason}`,
      );
      await this.database.tenant(organizationId, (manager) =>
        this.unreadable.record(
          manager,
          organizationId,
          'organization_keys',
          [{ id: organizationId, keyVersion: version, reason }],
          this.clock.date(),
        ),
      );
    }
  }

  private async flip(ring: KeyRing, target: RootKey, lease: RotationLease): Promise<void> {
    for (let attempt = 1; attempt <= FLIP_ATTEMPTS; attempt += 1) {
      const row = await this.installations.find();
      if (!row || row.root_key_fingerprint === target.fingerprint) break;
      const after = await rewrapped(ring, row, target);
      let replaced = false;
      await lease.commit(NIL_ORGANIZATION, async (manager) => {
        replaced = await this.installations.replaceRootKey(manager, row, {
          ...after,
          root_key_fingerprint: target.fingerprint,
          root_key_store: ring.storeOf(target.fingerprint)!.kind,
        });
        return {};
      });
      if (replaced) break;
    }
    await ring.activate((await this.installations.find())!.root_key_fingerprint);
    if (ring.active.fingerprint !== target.fingerprint) {
      throw new KeyError('The row in the table installation keeps changing, so that it cannot be rewrapped.');
    }
  }
}

async function rewrapped(
  ring: KeyRing,
  row: NonNullable<Awaited<ReturnType<InstallationRepository['find']>>>,
  target: RootKey,
) {
  try {
    return await rewrapInstallation(row, await ring.find(row.root_key_fingerprint), target);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    throw new KeyError(
      'The row in the table installation was changed and does not open. Restore the database from your backup.',
      { cause: error },
    );
  }
}

async function rewrapKey(ring: KeyRing, target: RootKey, row: KeyToRewrap): Promise<Buffer> {
  const context = keyContext(row.organization_id, row.version);
  const key = await ring.unwrapKey(row.root_key_fingerprint, context, row.wrapped_key);
  try {
    return await wrapProven(target, context, key);
  } finally {
    key.fill(0);
  }
}

/** A store that asks for fewer calls gets them later. */
async function unlessThrottled<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const again =
        error instanceof KeyStoreUnavailableError && error.throttled && attempt < THROTTLED_ATTEMPTS;
      if (!again) throw error;
      await delay(THROTTLED_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

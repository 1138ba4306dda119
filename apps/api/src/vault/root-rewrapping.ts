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
  LocalRootKey,
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

  /** While one batch is written, the next is rewrapped and the one after it read. */
  private async sweep(
    ring: KeyRing,
    target: RootKey,
    lease: RotationLease,
    signal?: AbortSignal,
  ): Promise<void> {
    const { fingerprint } = target;
    const known = new Set(await this.repository.unreadable());
    const limit = ring.isRemote ? REMOTE_BATCH : LOCAL_BATCH;
    const read = (after: KeyCursor | null) => quiet(this.repository.listOthers(fingerprint, after, limit));
    let reading = read(null);
    let writing: Promise<void> = Promise.resolve();
    let skipped = 0;
    try {
      for (let rows = await reading; rows.length > 0; rows = await reading) {
        signal?.throwIfAborted();
        reading = rows.length < limit ? Promise.resolve([]) : read(rows.at(-1)!);
        const { rewrapped, broken } = await this.rewrap(ring, target, rows);
        await writing;
        skipped += broken.length;
        writing = quiet(this.write(lease, fingerprint, rewrapped, skipped));
        await this.report(broken);
        for (const { organizationId } of broken) known.delete(organizationId);
      }
      await writing;
    } finally {
      await Promise.allSettled([reading, writing]);
    }
    for (const organizationId of known) {
      await this.database.tenant(organizationId, (manager) =>
        this.unreadable.forget(manager, organizationId, 'organization_keys', [organizationId]),
      );
    }
  }

  private write(
    lease: RotationLease,
    fingerprint: string,
    rewrapped: Rewrapped[],
    skipped: number,
  ): Promise<void> {
    return lease.commit(NIL_ORGANIZATION, async (manager, progress) => {
      const done = progress.done + (await this.repository.replace(manager, fingerprint, rewrapped));
      return { done, skipped, total: Math.max(progress.total, done + skipped) };
    });
  }

  private async rewrap(ring: KeyRing, target: RootKey, rows: KeyToRewrap[]): Promise<Batch> {
    const after = await rewrapHere(ring, target, rows);
    const broken: Batch['broken'] = [];
    const limit = pLimit(CALLS_AT_ONCE);
    const rewrapOne = async (row: KeyToRewrap): Promise<void> => {
      try {
        after.set(row, await unlessThrottled(() => rewrapKey(ring, target, row)));
      } catch (error) {
        if (!(error instanceof UnsealError) && !(error instanceof UnknownRootKeyError)) throw error;
        const { organization_id: organizationId, version } = row;
        broken.push({ organizationId, version, reason: error.message });
      }
    };
    await Promise.all(rows.filter((row) => !after.has(row)).map((row) => limit(rewrapOne, row)));
    const rewrapped = rows.flatMap((row) => {
      const wrapped = after.get(row);
      return wrapped ? { ...row, after: wrapped } : [];
    });
    return { rewrapped, broken };
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

/**
 * By keys of this process, without a promise for each: a row takes less than those would. What is not as usual, and what
 * does not open, is left for a closer look.
 */
async function rewrapHere(
  ring: KeyRing,
  target: RootKey,
  rows: KeyToRewrap[],
): Promise<Map<KeyToRewrap, Buffer>> {
  const after = new Map<KeyToRewrap, Buffer>();
  if (!(target instanceof LocalRootKey)) return after;
  for (const [fingerprint, some] of Map.groupBy(rows, (row) => row.root_key_fingerprint)) {
    const from = ring.known(fingerprint);
    if (!(from instanceof LocalRootKey)) continue;
    for (const [index, row] of some.entries()) {
      if (index % ROWS_PER_TURN === 0) await turn();
      const wrapped = from.rewrapKey(target, keyContext(row.organization_id, row.version), row.wrapped_key);
      if (wrapped) after.set(row, wrapped);
    }
  }
  return after;
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

/** Its failure is met where it is awaited, which may be later than it happens. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

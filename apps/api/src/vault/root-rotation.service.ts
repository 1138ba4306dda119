import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Installation } from './installation.js';
import type { KeyRotation } from './key-rotations.repository.js';
import { type KeyActor, KeyRotations } from './key-rotations.service.js';
import {
  KeyError,
  KeyStoreUnavailableError,
  reasonOf,
  type RootKey,
  wrapProven,
} from './key-stores/root-key.js';
import { RootRotationRepository } from './root-rotation.repository.js';
import { ROOT_ROTATION_QUEUE } from './vault-events.js';

export interface RootKeyStatus {
  active: { fingerprint: string; store: string; location: string };
  /** Where the key after this one is to be held, as the settings say, and what is wrong with it. */
  next: { fingerprint: string | null; store: string; location: string; problem: string | null } | null;
  /** The rotation that is not finished, or else the latest. */
  rotation: KeyRotation | null;
  /** Every root key that something is wrapped by, or that is to be had. */
  keys: { fingerprint: string; active: boolean; available: boolean; organization_keys: number }[];
}

/** Replaces the root key, without a pause for anybody. `RootRotationWorker` does the work. */
@Injectable()
export class RootRotationService {
  private readonly logger = new Logger('Keys');

  constructor(
    private readonly installation: Installation,
    private readonly rotations: KeyRotations,
    private readonly repository: RootRotationRepository,
    private readonly database: Database,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a rotation to the next root key, or goes on with the one that is not finished.
   * @throws AppError CONFLICT when there is no next key, UNAVAILABLE when its store does not answer.
   */
  async start(actor: KeyActor): Promise<RootKeyStatus> {
    const open = await this.rotations.findOpen(NIL_ORGANIZATION, 'root');
    if (open && open.state !== 'running') return this.resume(actor);
    if (!open) await this.begin(actor);
    return this.goOn();
  }

  /** It stops at the end of the batch that is under way. @throws AppError CONFLICT */
  async pause(actor: KeyActor): Promise<RootKeyStatus> {
    const open = await this.rotations.findOpen(NIL_ORGANIZATION, 'root');
    await this.database.tenant(NIL_ORGANIZATION, async (manager) => {
      const paused =
        open && (await this.repository.move(manager, open, ['running'], 'paused', this.clock.date()));
      if (!paused) throw new AppError('CONFLICT', 'There is no rotation of the root key under way.');
      await this.rotations.record(manager, actor, open, 'keys.root_rotation_paused');
    });
    return this.status();
  }

  /**
   * Goes on with what was paused or has failed; to another key where the settings name another one now.
   * @throws AppError CONFLICT
   */
  async resume(actor: KeyActor): Promise<RootKeyStatus> {
    const open = await this.rotations.findOpen(NIL_ORGANIZATION, 'root');
    const nothing = 'There is no rotation of the root key that waits to go on.';
    if (!open || open.state === 'running') throw new AppError('CONFLICT', nothing);
    const to = await this.destination(open);
    const total = to === open.to_key ? open.total : await this.countOthers(to);
    await this.database.tenant(NIL_ORGANIZATION, async (manager) => {
      if (!(await this.repository.resume(manager, open, { to, total }, this.clock.date())))
        throw new AppError('CONFLICT', nothing);
      await this.rotations.record(manager, actor, { ...open, to_key: to }, 'keys.root_rotation_resumed');
    });
    return this.goOn();
  }

  /**
   * Does away with the root keys that wrap nothing any more. Key files are deleted; for the other stores this proves
   * that the old key can be taken out of the settings and disabled where it is held.
   * @throws AppError CONFLICT while something is wrapped by another key than the active one.
   */
  async retireOld(actor: KeyActor): Promise<RootKeyStatus & { retired: string[] }> {
    if (await this.rotations.findOpen(NIL_ORGANIZATION, 'root')) {
      throw new AppError(
        'CONFLICT',
        'The root key is being rotated. Retire the old one when that is through.',
      );
    }
    await explained(() => this.installation.refresh());
    const latest = await this.repository.findLatest();
    if (!latest)
      throw new AppError('CONFLICT', 'The root key was never rotated: there is no old one to retire.');
    const retired = await this.database.tenant(NIL_ORGANIZATION, async (manager) => {
      const gone = await this.installation.ring.retireOthers(manager, (active) =>
        this.requireNothingElse(active),
      );
      await this.repository.setRetired(manager, this.clock.date());
      await this.rotations.record(manager, actor, latest, 'keys.root_rotation_retired', { retired: gone });
      return gone;
    });
    return { ...(await this.status()), retired };
  }

  async status(): Promise<RootKeyStatus> {
    await this.installation.refresh().catch((error: Error) => this.logger.warn(reasonOf(error)));
    const { ring } = this.installation;
    const counts = new Map(
      (await this.repository.countByFingerprint()).map(({ fingerprint, count }) => [fingerprint, count]),
    );
    const active = ring.active.fingerprint;
    const { next } = ring.stores;
    const problem = next && ring.failureOf(next);
    return {
      active: { fingerprint: active, store: ring.activeStore.kind, location: ring.activeStore.location },
      next: next && {
        fingerprint: ring.fingerprintIn(next) ?? null,
        store: next.kind,
        location: next.location,
        problem: problem ? reasonOf(problem) : null,
      },
      rotation: (await this.repository.findLatest()) ?? null,
      keys: [...new Set([active, ...ring.fingerprints, ...counts.keys()])].map((fingerprint) => ({
        fingerprint,
        active: fingerprint === active,
        available: ring.storeOf(fingerprint) !== undefined,
        organization_keys: counts.get(fingerprint) ?? 0,
      })),
    };
  }

  private async begin(actor: KeyActor): Promise<void> {
    await explained(() => this.installation.refresh());
    const target = await explained(() => this.provenNext());
    const work = {
      organizationId: NIL_ORGANIZATION,
      kind: 'root' as const,
      from: this.installation.rootKey.fingerprint,
      to: target.fingerprint,
      total: await this.countOthers(target.fingerprint),
    };
    await this.rotations.begin(actor, work, 'keys.root_rotation_started');
  }

  private async provenNext(): Promise<RootKey> {
    const next = await this.installation.ring.provideNext();
    // A key that does not open what it wraps must not become the root key.
    await wrapProven(next, [NIL_ORGANIZATION, 'installation', 'proof', ''], randomBytes(32));
    return next;
  }

  /** Where an open rotation leads: to its own key, unless that is not to be had or another one is named by now. */
  private async destination({ to_key: own }: KeyRotation): Promise<string> {
    await explained(() => this.installation.refresh());
    const { ring } = this.installation;
    if (own === ring.active.fingerprint) return own;
    const toBeHad = await ring.find(own).then(
      () => true,
      (error: unknown) => error instanceof KeyStoreUnavailableError,
    );
    if (toBeHad && !ring.stores.next) return own;
    try {
      return (await this.provenNext()).fingerprint;
    } catch (error) {
      if (toBeHad) return own;
      return explained(() => Promise.reject(error as Error));
    }
  }

  private async countOthers(target: string): Promise<number> {
    const counts = await this.repository.countByFingerprint();
    return counts.reduce((sum, { fingerprint, count }) => (fingerprint === target ? sum : sum + count), 0);
  }

  private async goOn(): Promise<RootKeyStatus> {
    await this.jobs.send(ROOT_ROTATION_QUEUE, {});
    return this.status();
  }

  private async requireNothingElse(active: string): Promise<void> {
    const counts = await this.repository.countByFingerprint();
    const left = counts.filter(({ fingerprint }) => fingerprint !== active);
    if (left.length === 0) return;
    const count = left.reduce((sum, each) => sum + each.count, 0);
    throw new AppError(
      'CONFLICT',
      `${count} organisation ${count === 1 ? 'key is' : 'keys are'} still wrapped by another root key than the one ` +
        'in use. Rotate the root key again. A key that it could not open is among the unreadable secrets: give that ' +
        'organisation a new one, enter its credentials again, and retire its old version.',
      { details: { fingerprints: left.map(({ fingerprint }) => fingerprint) } },
    );
  }
}

/** Whoever rotates runs the installation, and is told what is wrong with its keys. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeyStoreUnavailableError)
      throw new AppError('UNAVAILABLE', error.reason, { cause: error });
    if (error instanceof KeyError) throw new AppError('CONFLICT', error.message, { cause: error });
    throw error;
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { Environment } from '../config/environment.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Installation } from './installation.js';
import { KeyRotations } from './key-rotations.service.js';
import { KeyError, reasonOf } from './key-stores/root-key.js';
import { RootRotationRepository } from './root-rotation.repository.js';
import { RootRewrapping } from './root-rewrapping.js';
import { LeaseLostError, type RotationLease } from './rotation-lease.js';
import { ROOT_ROTATION_QUEUE } from './vault-events.js';

/** Takes up what a killed process left behind, and what a key store that was away held up. */
const TICK_MS = 10_000;
const ACTOR = { kind: 'system', component: 'key rotation' } as const;

/** Carries out the rotation of the root key. A lease keeps two processes from working on it. */
@Injectable()
export class RootRotationWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Keys');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly installation: Installation,
    private readonly rotations: KeyRotations,
    private readonly repository: RootRotationRepository,
    private readonly rewrapping: RootRewrapping,
    private readonly jobs: JobQueue,
    private readonly environment: Environment,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(ROOT_ROTATION_QUEUE, { retryLimit: 0, deleteAfterSeconds: 3600 });
    await this.jobs.work(ROOT_ROTATION_QUEUE, () => this.tick());
    // A start that finds one unfinished goes on with it.
    void this.tick();
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (!this.environment.runsJobs || this.stopping.signal.aborted) return;
    try {
      await this.run();
    } catch (error) {
      this.logger.warn(`The rotation of the root key is tried again in a while: ${reasonOf(error as Error)}`);
    }
  }

  /**
   * Works on the rotation under way in this process, until it is through, paused, or held by another.
   * @throws why it could not go on; it is kept beside the rotation too, and the next call begins where this ended.
   */
  run(signal?: AbortSignal): Promise<void> {
    this.running ??= this.carryOut(signal).finally(() => (this.running = undefined));
    return this.running;
  }

  /** What is under way ends with its batch, and another process goes on. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running?.catch(() => undefined);
  }

  private async carryOut(callers?: AbortSignal): Promise<void> {
    const open = await this.rotations.findOpen(NIL_ORGANIZATION, 'root');
    const lease = open && (await this.rotations.claim(NIL_ORGANIZATION, open.id));
    if (!lease) return;
    const { ring } = this.installation;
    const signal = callers ? AbortSignal.any([callers, this.stopping.signal]) : this.stopping.signal;
    try {
      await this.rewrapping.run(ring, lease, signal);
      await lease.complete(lease.progress, {}, (manager) =>
        this.rotations.record(manager, ACTOR, lease.rotation, 'keys.root_rotation_completed', {
          done: lease.progress.done,
          skipped: lease.progress.skipped,
        }),
      );
      await ring.settle();
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      if (signal.aborted) return await lease.release();
      await this.giveBack(lease, error as Error);
      throw error;
    }
  }

  /** A store that is away comes back; what needs a person waits for `resume`. */
  private async giveBack(lease: RotationLease, error: Error): Promise<void> {
    await lease.fail(reasonOf(error).slice(0, 500));
    if (!(error instanceof KeyError)) return;
    await this.repository.fail(lease.rotation, (manager) =>
      this.rotations.record(manager, ACTOR, lease.rotation, 'keys.root_rotation_failed'),
    );
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Environment } from '../config/environment.js';
import { JobQueue } from '../jobs/job-queue.js';
import { KeyRotations } from './key-rotations.service.js';
import { StoppedError } from './organization-resealer.js';
import { OrganizationRotationService, ROTATION_ACTOR } from './organization-rotation.service.js';
import { LeaseLostError, type RotationLease } from './rotation-lease.js';
import { UnsealError } from './sealed-format.js';
import { SecretVerificationService } from './secret-verification.service.js';
import { ROTATIONS_QUEUE, UNREADABLE_QUEUE } from './vault-events.js';

/** Takes up what a killed process left behind, and what failed a while ago. */
const TICK_MS = 10_000;
/** They share one processor with the requests. */
const AT_ONCE = 2;

/**
 * Carries out rotations and verifications in the background. A job wakes a process as soon as there is something to do
 * and a tick finds what nobody works on; a lease keeps two processes from working on the same.
 */
@Injectable()
export class RotationRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Rotation');
  private readonly stopping = new AbortController();
  private readonly running = new Map<string, Promise<boolean>>();

  constructor(
    private readonly rotations: KeyRotations,
    private readonly organizations: OrganizationRotationService,
    private readonly verifications: SecretVerificationService,
    private readonly jobs: JobQueue,
    private readonly environment: Environment,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(ROTATIONS_QUEUE, {
      retryLimit: 0,
      expireInSeconds: 60,
      deleteAfterSeconds: 3600,
    });
    await this.jobs.declare(UNREADABLE_QUEUE, { retryLimit: 10, retryDelay: 5, retryBackoff: true });
    await this.jobs.work(ROTATIONS_QUEUE, () => this.round());
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (!this.environment.runsJobs) return;
    try {
      await this.round();
    } catch (error) {
      // The database is away; the next tick tries again.
      this.logger.warn(`Rotations could not be looked for: ${(error as Error).message}`);
    }
  }

  /** Begins what waits, as far as there are places; a place that becomes free is filled at once. */
  async round(): Promise<void> {
    const free = AT_ONCE - this.running.size;
    if (free <= 0 || this.stopping.signal.aborted) return;
    for (const { organization_id, id } of await this.rotations.waiting(free)) {
      if (this.running.has(id) || this.running.size >= AT_ONCE) continue;
      void this.work(organization_id, id).then((worked) => (worked ? this.tick() : undefined));
    }
  }

  /**
   * Works on one until it is finished, paused or taken by another.
   * @returns false when it could not be had.
   */
  work(organizationId: string, id: string): Promise<boolean> {
    const working = this.running.get(id) ?? this.carryOut(organizationId, id);
    this.running.set(id, working);
    return working.finally(() => this.running.delete(id));
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running.values());
  }

  /** What is under way ends with its batch, and another process goes on. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.settled();
  }

  private async carryOut(organizationId: string, id: string): Promise<boolean> {
    let lease: RotationLease | undefined;
    try {
      lease = await this.rotations.claim(organizationId, id);
      if (!lease) return false;
      const worker = lease.rotation.kind === 'verification' ? this.verifications : this.organizations;
      await worker.run(lease, this.stopping.signal);
      return true;
    } catch (error) {
      await this.giveBack(lease, error as Error);
      return false;
    }
  }

  private async giveBack(lease: RotationLease | undefined, error: Error): Promise<void> {
    if (error instanceof LeaseLostError) return;
    try {
      if (error instanceof StoppedError) await lease?.release();
      else {
        this.logger.warn(`A rotation stopped and is tried again in a while: ${error.message}`);
        await lease?.fail(error.message.slice(0, 500));
        // Of the rows each is looked at by itself: this is the key that it leads to, and trying again is of no use.
        if (lease && error instanceof UnsealError) await this.rotations.fail(ROTATION_ACTOR, lease.rotation);
      }
    } catch {
      // The lease ends by itself.
    }
  }
}

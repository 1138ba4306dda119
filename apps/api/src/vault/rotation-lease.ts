import type { EntityManager } from 'typeorm';
import type { Clock } from '../common/clock.js';
import type { Database } from '../database/database.js';
import type { KeyRotation, KeyRotationsRepository, Progress } from './key-rotations.repository.js';

/** Longer than a batch takes; what a killed process held is taken up again after this. */
export const LEASE_MS = 30_000;

/** It was paused, or another took it: whoever is told so stops, and what was not committed is undone. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** @returns how far it has come with it. */
export type CountedWork = (manager: EntityManager, progress: Progress) => Promise<Partial<Progress>>;

/** A rotation, held by this process. */
export class RotationLease {
  /** How far it has come; what is committed is never ahead of it. */
  progress: Progress;

  constructor(
    readonly rotation: KeyRotation,
    private readonly token: string,
    private readonly database: Database,
    private readonly repository: KeyRotationsRepository,
    private readonly clock: Clock,
  ) {
    this.progress = { total: rotation.total, done: rotation.done, skipped: rotation.skipped };
  }

  /**
   * Work in an organisation that counts as progress only if it is committed.
   * @throws LeaseLostError, and then nothing of the work is committed.
   */
  async commit(organizationId: string, work: CountedWork): Promise<void> {
    const own = organizationId === this.rotation.organization_id;
    let next = this.progress;
    await this.database.tenant(organizationId, async (manager) => {
      next = { ...this.progress, ...(await work(manager, this.progress)) };
      if (own) await this.advance(manager, next);
    });
    // The row belongs to the installation: what it counts there can be done twice without harm.
    if (!own)
      await this.database.tenant(this.rotation.organization_id, (manager) => this.advance(manager, next));
    this.progress = next;
  }

  /** @param last the last statements of the transaction. */
  async complete(
    progress: Progress,
    report: object,
    last: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    const { organization_id: organizationId, id } = this.rotation;
    const now = this.clock.date();
    await this.database.tenant(organizationId, async (manager) => {
      const held = await this.repository.complete(
        manager,
        organizationId,
        id,
        this.token,
        progress,
        report,
        now,
      );
      if (!held) throw new LeaseLostError('another holds the rotation');
      await last(manager);
    });
    this.progress = progress;
  }

  /** Another may go on at once. */
  async release(): Promise<void> {
    await this.repository.release(this.rotation.organization_id, this.rotation.id, this.token, null, null);
  }

  /** It could not go on; somebody tries again in a while. */
  async fail(reason: string): Promise<void> {
    await this.repository.release(
      this.rotation.organization_id,
      this.rotation.id,
      this.token,
      reason,
      new Date(this.clock.now() + LEASE_MS),
    );
  }

  private async advance(manager: EntityManager, progress: Progress): Promise<void> {
    const { organization_id: organizationId, id } = this.rotation;
    const now = this.clock.date();
    const until = new Date(now.getTime() + LEASE_MS);
    const held = await this.repository.advance(manager, organizationId, id, this.token, progress, now, until);
    if (!held) throw new LeaseLostError('another holds the rotation');
  }
}

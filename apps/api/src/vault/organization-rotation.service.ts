import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { KeyRotation } from './key-rotations.repository.js';
import { type KeyActor, KeyRotations, type Redirection } from './key-rotations.service.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { OrganizationResealer } from './organization-resealer.js';
import type { RotationLease } from './rotation-lease.js';
import { UnsealError } from './sealed-format.js';
import { SealedStores } from './sealed-stores.js';
import { VaultService } from './vault.service.js';

/** The system's part in the trail: it finishes what a person began. */
export const ROTATION_ACTOR = { kind: 'system', component: 'key rotation' } as const;

/**
 * A new key for an organisation. From the first moment on new values are sealed under it; those of before are sealed
 * anew in the background and are readable under either version meanwhile.
 */
@Injectable()
export class OrganizationRotationService {
  constructor(
    private readonly rotations: KeyRotations,
    private readonly keys: OrganizationKeysRepository,
    private readonly vault: VaultService,
    private readonly stores: SealedStores,
    private readonly resealer: OrganizationResealer,
  ) {}

  /** @throws AppError NOT_FOUND, CONFLICT with the one that is open */
  async start(actor: KeyActor, organizationId: string): Promise<KeyRotation> {
    const { from, to, total, write } = await this.nextVersion(organizationId);
    const work = { organizationId, kind: 'organization' as const, from, to, total };
    return this.rotations.begin(actor, work, 'keys.rotation_started', write);
  }

  /**
   * Goes on with what was paused or has failed; to another new version where the one it led to does not open.
   * @throws AppError NOT_FOUND, CONFLICT
   */
  async resume(
    actor: KeyActor,
    { organization_id: id, id: rotationId, to_key: to }: KeyRotation,
  ): Promise<KeyRotation> {
    const lost = await this.vault.key(id, Number(to)).then(
      () => false,
      (error: unknown) => error instanceof UnsealError,
    );
    return this.rotations.resume(actor, rotationId, lost ? await this.nextVersion(id) : undefined);
  }

  /**
   * Seals what is left anew, and finishes. Killed at any moment it begins here again, with what is left then.
   * @throws LeaseLostError, StoppedError, UnsealError where the new key itself does not open
   */
  async run(lease: RotationLease, signal: AbortSignal): Promise<void> {
    const { rotation } = lease;
    const organizationId = rotation.organization_id;
    const version = Number(rotation.to_key);
    await this.requireKey(organizationId, version);
    const { done } = lease.progress;
    const left = await this.stores.countStale(organizationId, version);
    lease.progress = { total: done + left, done, skipped: 0 };
    await this.resealer.run({
      organizationId,
      version,
      signal,
      commit: (work) => lease.commit(organizationId, work),
    });
    const skipped = await this.stores.countStale(organizationId, version);
    const progress = {
      total: lease.progress.done + skipped,
      done: lease.progress.done,
      skipped,
    };
    await lease.complete(progress, {}, (manager) =>
      this.rotations.record(manager, ROTATION_ACTOR, rotation, 'keys.rotation_completed', {
        done: progress.done,
        skipped,
      }),
    );
  }

  /** A new version of an organisation's key, to be written with the rotation that leads to it. */
  private async nextVersion(organizationId: string): Promise<Redirection & { from: string }> {
    const active = await this.keys.findActive(organizationId);
    if (!active) throw AppError.notFound('organisation');
    const next = active.version + 1;
    const writeKey = await this.vault.prepareOrganizationKey(organizationId, next);
    return {
      from: String(active.version),
      to: String(next),
      total: await this.stores.countStale(organizationId, next),
      write: async (manager) => {
        if ((await this.keys.lockActive(manager, organizationId)) !== active.version)
          throw new AppError('CONFLICT', 'The key was rotated by somebody else just now. Look again.');
        await this.keys.setRetiring(manager, organizationId, active.version);
        await writeKey(manager);
      },
    };
  }

  private async requireKey(organizationId: string, version: number): Promise<void> {
    try {
      await this.vault.key(organizationId, version);
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      throw new UnsealError(
        `The new key itself, version ${version}, does not open. Resume the rotation: it makes another one.`,
        { cause: error },
      );
    }
  }
}

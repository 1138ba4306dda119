import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { KeyRotation } from './key-rotations.repository.js';
import { type KeyActor, KeyRotations } from './key-rotations.service.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { OrganizationResealer } from './organization-resealer.js';
import type { RotationLease } from './rotation-lease.js';
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
    const active = await this.keys.findActive(organizationId);
    if (!active) throw AppError.notFound('organisation');
    const next = active.version + 1;
    const writeKey = await this.vault.prepareOrganizationKey(organizationId, next);
    const work = {
      organizationId,
      kind: 'organization' as const,
      from: String(active.version),
      to: String(next),
      total: await this.stores.countStale(organizationId, next),
    };
    return this.rotations.begin(actor, work, 'keys.rotation_started', async (manager) => {
      if ((await this.keys.lockActive(manager, organizationId)) !== active.version)
        throw new AppError('CONFLICT', 'The key was rotated by somebody else just now. Look again.');
      await this.keys.setRetiring(manager, organizationId, active.version);
      await writeKey(manager);
    });
  }

  /**
   * Seals what is left anew, and finishes. Killed at any moment it begins here again, with what is left then.
   * @throws LeaseLostError, StoppedError
   */
  async run(lease: RotationLease, signal: AbortSignal): Promise<void> {
    const { rotation } = lease;
    const organizationId = rotation.organization_id;
    const version = Number(rotation.to_key);
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
}

import { Injectable } from '@nestjs/common';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { BATCH_ROWS, BulkOpener } from './bulk-opener.js';
import type { KeyRotation } from './key-rotations.repository.js';
import { type KeyActor, KeyRotations } from './key-rotations.service.js';
import { KeysOverviewService } from './keys-overview.service.js';
import { StoppedError } from './organization-resealer.js';
import { ROTATION_ACTOR } from './organization-rotation.service.js';
import type { RotationLease } from './rotation-lease.js';
import { type SealedRow, type SealedStore, SealedStores } from './sealed-stores.js';

/** What a verification found. */
interface Report {
  organizations: number;
  opened: number;
  unreadable: number;
  /** Values that open, by the version they are sealed under. */
  versions: Record<string, number>;
}

const valuesOf = (row: SealedRow): number => (row.previousSealed ? 2 : 1);

/** Opens every sealed value, of one organisation or of all, and says which do not open. */
@Injectable()
export class SecretVerificationService {
  constructor(
    private readonly rotations: KeyRotations,
    private readonly overview: KeysOverviewService,
    private readonly stores: SealedStores,
    private readonly opener: BulkOpener,
  ) {}

  /** @param organizationId null for all of them. @throws AppError NOT_FOUND, CONFLICT with the one that is open */
  async start(actor: KeyActor, organizationId: string | null): Promise<KeyRotation> {
    if (organizationId !== null) await this.overview.requireOrganization(organizationId);
    const work = {
      organizationId: organizationId ?? NIL_ORGANIZATION,
      kind: 'verification' as const,
      from: '',
      to: '',
      total: organizationId === null ? 0 : await this.countValues(organizationId),
    };
    return this.rotations.begin(actor, work, 'keys.verification_started');
  }

  /** It begins from the start when it was interrupted. @throws LeaseLostError, StoppedError */
  async run(lease: RotationLease, signal: AbortSignal): Promise<void> {
    const { rotation } = lease;
    const report: Report = { organizations: 0, opened: 0, unreadable: 0, versions: {} };
    lease.progress = { total: 0, done: 0, skipped: 0 };
    for await (const organizationId of this.organizations(rotation.organization_id)) {
      const { progress } = lease;
      lease.progress = { ...progress, total: progress.total + (await this.countValues(organizationId)) };
      for (const store of this.stores.all())
        await this.checkAll(lease, organizationId, store, report, signal);
      report.organizations += 1;
    }
    const { done, skipped } = lease.progress;
    await lease.complete({ total: done + skipped, done, skipped }, report, (manager) =>
      this.rotations.record(manager, ROTATION_ACTOR, rotation, 'keys.verified', {
        organizations: report.organizations,
        opened: report.opened,
        unreadable: report.unreadable,
      }),
    );
  }

  private async checkAll(
    lease: RotationLease,
    organizationId: string,
    store: SealedStore,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    let after: string | null = null;
    for (;;) {
      if (signal.aborted) throw new StoppedError('the work was stopped');
      const rows: SealedRow[] = await store.list(organizationId, after, BATCH_ROWS);
      if (rows.length === 0) return;
      const { intact, broken } = await this.opener.check(organizationId, store, rows);
      const opened = intact.reduce((sum, row) => sum + valuesOf(row), 0);
      await lease.commit(organizationId, async (manager, progress) => {
        const intactIds = intact.map(({ id }) => id);
        await this.opener.note(manager, organizationId, store, { intactIds, broken });
        return { done: progress.done + opened, skipped: progress.skipped + broken.length };
      });
      report.opened += opened;
      report.unreadable += broken.length;
      for (const { keyVersion } of intact)
        report.versions[keyVersion] = (report.versions[keyVersion] ?? 0) + 1;
      after = rows.at(-1)!.id;
    }
  }

  private async *organizations(organizationId: string): AsyncGenerator<string> {
    if (organizationId === NIL_ORGANIZATION) yield* this.overview.organizationIds();
    else yield organizationId;
  }

  private async countValues(organizationId: string): Promise<number> {
    const counts = await this.stores.countByVersion(organizationId);
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

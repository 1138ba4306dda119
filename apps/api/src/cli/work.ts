import { setTimeout as delay } from 'node:timers/promises';
import type { KeyRotationDto } from '../admin/admin-keys.dto.js';
import { AdminKeysService } from '../admin/admin-keys.service.js';
import { KeyOperationsService } from '../admin/key-operations.service.js';
import { NIL_ORGANIZATION, type SystemActor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { JobQueue } from '../jobs/job-queue.js';
import { KeyRotations } from '../vault/key-rotations.service.js';
import { RootRotationWorker } from '../vault/root-rotation.worker.js';
import { RotationRunner } from '../vault/rotation-runner.js';
import type { Progress } from './output.js';
import type { Session } from './session.js';

export const CLI: SystemActor = { kind: 'system', component: 'cli' };

/** A running server takes up what is begun within a second; after this the command does it itself. */
const SERVER_FIRST_MS = 3000;
const LOOK_MS = 200;

/** Follows a rotation to its end, and carries it out where nobody else does. */
export class Work {
  constructor(
    private readonly session: Session,
    private readonly progress: Progress,
    private readonly interrupted: AbortSignal,
  ) {}

  /** @param serverFirst a running server may take it before we do. */
  async follow(label: string, begun: KeyRotationDto, serverFirst = true): Promise<KeyRotationDto> {
    const reader = this.session.app.get(AdminKeysService, { strict: false });
    const waits = serverFirst && (await this.session.app.get(JobQueue, { strict: false }).hasWorkers());
    const oursFrom = Date.now() + (waits ? SERVER_FIRST_MS : 0);
    let working: Promise<void> | undefined;
    let pausing = false;
    for (let rotation = begun; ; { rotation } = await reader.rotation(begun.id)) {
      this.progress.show(label, rotation);
      if (rotation.state !== 'running') {
        await working;
        this.progress.end();
        return rotation;
      }
      if (this.interrupted.aborted && !pausing) {
        pausing = true;
        await this.pause(rotation.id);
        continue;
      }
      if (Date.now() >= oursFrom) {
        working ??= this.carryOut(label, rotation).finally(() => (working = undefined));
        await Promise.race([working, delay(LOOK_MS)]);
      } else {
        await delay(LOOK_MS);
      }
    }
  }

  private async carryOut(label: string, rotation: KeyRotationDto): Promise<void> {
    const { app } = this.session;
    if (rotation.kind === 'root') {
      // Why it could not go on stands beside the rotation, and is shown with it.
      await app
        .get(RootRotationWorker, { strict: false })
        .run(this.interrupted)
        .catch(() => undefined);
    } else {
      const organizationId = rotation.organization_id ?? NIL_ORGANIZATION;
      await app.get(RotationRunner, { strict: false }).work(organizationId, rotation.id);
    }
    const hold = await app.get(KeyRotations, { strict: false }).holdOn(rotation.id);
    if (hold) this.progress.wait(label, hold);
    // Another look in a moment, and not at once.
    await delay(LOOK_MS);
  }

  /** It may be through at this very moment. */
  private async pause(id: string): Promise<void> {
    try {
      await this.session.app.get(KeyOperationsService, { strict: false }).pause(CLI, id);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error;
    }
  }
}

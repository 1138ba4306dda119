import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, NIL_ORGANIZATION, type SystemActor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { newId } from '../common/new-id.js';
import { Database, isUniqueViolation } from '../database/database.js';
import { JobQueue } from '../jobs/job-queue.js';
import { type KeyRotation, KeyRotationsRepository, type RotationKind } from './key-rotations.repository.js';
import { LEASE_MS, RotationLease } from './rotation-lease.js';
import { ROTATIONS_QUEUE } from './vault-events.js';

export type { KeyRotation } from './key-rotations.repository.js';

/** Who may ask for work on keys: a super admin, or the command line. */
export type KeyActor = Actor | SystemActor;

export interface NewWork {
  organizationId: string;
  kind: RotationKind;
  from: string;
  to: string;
  /** How much there is to do, as far as that is known. */
  total: number;
}

/** Another key that a rotation is to lead to, and what makes it. */
export interface Redirection {
  to: string;
  total: number;
  write(manager: EntityManager): Promise<void>;
}

const NAMES: Record<RotationKind, string> = {
  root: 'rotation of the root key',
  organization: 'rotation of this organisation’s key',
  verification: 'verification',
};

/** The work that is done on keys: begun, paused, resumed and handed to whoever carries it out. */
@Injectable()
export class KeyRotations {
  constructor(
    private readonly database: Database,
    private readonly repository: KeyRotationsRepository,
    private readonly audit: AuditService,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a piece of work; somebody takes it up once that is committed.
   * @param write what belongs to its beginning, in the same transaction.
   * @throws AppError CONFLICT with the one that is open.
   */
  async begin(
    actor: KeyActor,
    work: NewWork,
    action: string,
    write: (manager: EntityManager) => Promise<void> = async () => undefined,
  ): Promise<KeyRotation> {
    const { organizationId, kind, from, to, total } = work;
    await this.requireNoneOpen(organizationId, kind);
    const rotation = {
      organization_id: organizationId,
      id: newId(),
      kind,
      from_key: from,
      to_key: to,
      total,
      started_by: actor.kind === 'user' ? actor.userId : null,
      started_at: this.clock.date(),
    };
    try {
      await this.database.tenant(organizationId, async (manager) => {
        await this.repository.insert(manager, rotation);
        await write(manager);
        await this.jobs.send(ROTATIONS_QUEUE, {}, { manager });
        await this.record(manager, actor, rotation, action);
      });
    } catch (error) {
      // Another began one between our look and our writing.
      if (isUniqueViolation(error, 'key_rotations_open')) await this.requireNoneOpen(organizationId, kind);
      throw error;
    }
    return this.require(rotation.id);
  }

  /** It stops at the end of the batch that is under way. @throws AppError NOT_FOUND, CONFLICT */
  async pause(actor: KeyActor, id: string): Promise<KeyRotation> {
    const rotation = await this.require(id);
    await this.database.tenant(rotation.organization_id, async (manager) => {
      if (!(await this.repository.move(manager, rotation, ['running'], 'paused', this.clock.date())))
        throw new AppError('CONFLICT', `Only what is running can be paused; this is ${rotation.state}.`);
      await this.record(manager, actor, rotation, 'keys.rotation_paused');
    });
    return this.require(id);
  }

  /**
   * @param anew where it leads from now on, when not to the key that it led to before.
   * @throws AppError NOT_FOUND, CONFLICT
   */
  async resume(actor: KeyActor, id: string, anew?: Redirection): Promise<KeyRotation> {
    const rotation = await this.require(id);
    const to = anew?.to ?? rotation.to_key;
    await this.database.tenant(rotation.organization_id, async (manager) => {
      const now = this.clock.date();
      if (!(await this.repository.move(manager, rotation, ['paused', 'failed'], 'running', now)))
        throw new AppError('CONFLICT', `Only what is paused can be resumed; this is ${rotation.state}.`);
      if (anew) {
        await this.repository.redirect(manager, rotation, to, anew.total);
        await anew.write(manager);
      }
      await this.jobs.send(ROTATIONS_QUEUE, {}, { manager });
      await this.record(manager, actor, { ...rotation, to_key: to }, 'keys.rotation_resumed');
    });
    return this.require(id);
  }

  /** It cannot go on by itself. */
  async fail(actor: KeyActor, rotation: KeyRotation): Promise<void> {
    await this.database.tenant(rotation.organization_id, async (manager) => {
      const now = this.clock.date();
      if (await this.repository.move(manager, rotation, ['running'], 'failed', now))
        await this.record(manager, actor, rotation, 'keys.rotation_failed');
    });
  }

  /** @throws AppError NOT_FOUND */
  async require(id: string): Promise<KeyRotation> {
    const rotation = await this.repository.find(id);
    if (!rotation) throw AppError.notFound('rotation');
    return rotation;
  }

  findOpen(organizationId: string, kind: RotationKind): Promise<KeyRotation | undefined> {
    return this.repository.findOpen(organizationId, kind);
  }

  findLatest(organizationId: string, kind: RotationKind): Promise<KeyRotation | undefined> {
    return this.repository.findLatest(organizationId, kind);
  }

  latest(limit: number): Promise<KeyRotation[]> {
    return this.repository.latest(limit);
  }

  /** Those that nobody works on, the oldest first. */
  waiting(limit: number): Promise<{ organization_id: string; id: string }[]> {
    return this.repository.waiting(this.clock.date(), limit);
  }

  /** What stands between one that is running and whoever would take it, and for how many seconds yet. */
  async holdOn(id: string): Promise<{ held: boolean; seconds: number } | undefined> {
    const hold = await this.repository.findHold(id, this.clock.date());
    return hold && { held: hold.held, seconds: Math.ceil((hold.until.getTime() - this.clock.now()) / 1000) };
  }

  /** Takes one, unless it is held, paused or finished. */
  async claim(organizationId: string, id: string): Promise<RotationLease | undefined> {
    const token = randomUUID();
    const now = this.clock.date();
    const until = new Date(now.getTime() + LEASE_MS);
    const rotation = await this.repository.claim(organizationId, id, token, now, until);
    return rotation && new RotationLease(rotation, token, this.database, this.repository, this.clock);
  }

  /** The last statement of a transaction. */
  record(
    manager: EntityManager,
    actor: KeyActor,
    rotation: Pick<KeyRotation, 'organization_id' | 'id' | 'kind' | 'from_key' | 'to_key'>,
    action: string,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    return this.audit.record(manager, rotation.organization_id, {
      actor,
      action,
      resourceType: rotation.kind === 'verification' ? 'key_verification' : 'key_rotation',
      resourceId: rotation.id,
      outcome: 'success',
      metadata: {
        kind: rotation.kind,
        ...(rotation.kind === 'verification' ? {} : { from: rotation.from_key, to: rotation.to_key }),
        ...more,
      },
    });
  }

  /** Old versions of an organisation's key are destroyed; the last statements of that transaction. */
  async recordRetired(
    manager: EntityManager,
    actor: KeyActor,
    organizationId: string,
    versions: number[],
  ): Promise<void> {
    await this.repository.setRetired(manager, organizationId, versions, this.clock.date());
    await this.audit.record(manager, organizationId, {
      actor,
      action: 'keys.retired',
      resourceType: 'organization_key',
      resourceId: organizationId,
      outcome: 'success',
      metadata: { kind: 'organization', versions },
    });
  }

  /** @throws AppError CONFLICT with the one that is open */
  async requireNoneOpen(organizationId: string, kind: RotationKind): Promise<void> {
    const open = await this.repository.findOpen(organizationId, kind);
    if (!open) return;
    const everything = kind === 'verification' && organizationId === NIL_ORGANIZATION;
    throw new AppError(
      'CONFLICT',
      `A ${everything ? 'verification of everything' : NAMES[kind]} is ${open.state} already${
        open.state === 'running' ? '; wait for it, or pause it' : '; resume that one'
      }.`,
      { details: { rotation_id: open.id, state: open.state } },
    );
  }
}

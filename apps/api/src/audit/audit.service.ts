import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Actor, NIL_ORGANIZATION, type RequestOrigin, type SystemActor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { redactFields } from '../common/redaction.js';
import { Database } from '../database/database.js';
import { AuditRepository, type AuditRow } from './audit.repository.js';

/** Someone who has not signed in: a failed sign-in, a call without a token. */
export interface AnonymousActor {
  kind: 'anonymous';
  origin: RequestOrigin;
}

/** A person; an `Actor` is one. */
type PersonActor = Pick<Actor, 'kind' | 'userId' | 'origin'>;

export interface AuditEntry {
  actor: PersonActor | SystemActor | AnonymousActor;
  /** `resource.verb`, from the list in docs/security.md. */
  action: string;
  resourceType: string;
  resourceId: string | null;
  outcome: 'success' | 'failure' | 'blocked';
  /** Names of fields, never their values. */
  metadata?: Record<string, unknown>;
}

const VERIFY_BATCH = 1000;

const GENESIS = Buffer.alloc(32);

/** SHA-256 over the hash before and the RFC 8785 form of the row. */
function chainHash(row: Omit<AuditRow, 'hash' | 'previous_hash'>, previous: Buffer): Buffer {
  const form = canonicalize({ ...row, created_at: row.created_at.toISOString() });
  if (form === undefined) throw new Error('an audit row has no canonical form');
  return createHash('sha256').update(previous).update(form).digest();
}

/** The append-only trail: each row carries the hash of the one before it in its organisation. */
@Injectable()
export class AuditService {
  constructor(
    private readonly repository: AuditRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a row in the transaction of what it tells of. It locks the organisation's chain until that
   * transaction ends, so it is called last.
   */
  async record(manager: EntityManager, organizationId: string, entry: AuditEntry): Promise<void> {
    const head = (await this.repository.lockHead(manager, organizationId)) ?? { sequence: 0, hash: GENESIS };
    const { actor } = entry;
    const origin = actor.kind === 'system' ? null : actor.origin;
    const row = {
      organization_id: organizationId,
      sequence: head.sequence + 1,
      id: uuidv7(),
      created_at: this.clock.date(),
      actor_type: actor.kind,
      actor_id: actor.kind === 'user' ? actor.userId : null,
      action: entry.action,
      resource_type: entry.resourceType,
      resource_id: entry.resourceId,
      outcome: entry.outcome,
      ip: origin?.ip ?? null,
      user_agent: origin?.userAgent ?? null,
      request_id: origin?.requestId ?? null,
      metadata: redactFields({
        ...entry.metadata,
        ...(actor.kind === 'system' ? { component: actor.component } : {}),
      }) as Record<string, unknown>,
    };
    const hash = chainHash(row, head.hash);
    await this.repository.append(manager, { ...row, previous_hash: head.hash, hash });
  }

  /** Writes a row on its own: what was refused changed nothing that it could be written with. */
  async recordAlone(organizationId: string | null, entry: AuditEntry): Promise<void> {
    const organization = organizationId ?? NIL_ORGANIZATION;
    await this.database.tenant(organization, (manager) => this.record(manager, organization, entry));
  }

  /** Recomputes the whole chain of an organisation and names the first row that does not fit. */
  async verify(
    organizationId: string,
  ): Promise<{ valid: boolean; rows: number; first_broken_sequence: number | null }> {
    let previous: Buffer = GENESIS;
    let sequence = 0;
    for (;;) {
      // The head first: when no row follows then, nothing was written between the two reads.
      const head = await this.repository.readHead(organizationId);
      const rows = await this.repository.readChain(organizationId, sequence, VERIFY_BATCH);
      if (rows.length === 0) {
        const complete = (head?.sequence ?? 0) === sequence && (head?.hash ?? GENESIS).equals(previous);
        return { valid: complete, rows: sequence, first_broken_sequence: complete ? null : sequence + 1 };
      }
      for (const { hash, previous_hash: stated, ...row } of rows) {
        const intact =
          row.sequence === sequence + 1 && stated.equals(previous) && chainHash(row, previous).equals(hash);
        if (!intact) return { valid: false, rows: sequence, first_broken_sequence: sequence + 1 };
        previous = hash;
        sequence = row.sequence;
      }
    }
  }
}

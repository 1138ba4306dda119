import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { v7 as uuidv7 } from 'uuid';
import type { Actor, ProgramActor, RequestOrigin, SystemActor } from '../common/actor.js';
import { redactFields } from '../common/redaction.js';

/** Someone who has not signed in: a failed sign-in, a call without a token. */
export interface AnonymousActor {
  kind: 'anonymous';
  origin: RequestOrigin;
}

/** A person; an `Actor` is one. */
type PersonActor = Pick<Actor, 'kind' | 'userId' | 'origin'>;

/** A program; a `ProgramActor` is one. */
type TokenActor = Pick<ProgramActor, 'kind' | 'tokenId' | 'origin'>;

export interface AuditEntry {
  actor: PersonActor | TokenActor | SystemActor | AnonymousActor;
  /** `resource.verb`, from the list in docs/security.md. */
  action: string;
  resourceType: string;
  resourceId: string | null;
  outcome: 'success' | 'failure' | 'blocked';
  /** Names of fields, never their values. */
  metadata?: Record<string, unknown>;
}

/** A row of the trail as it is stored. */
export interface AuditRow {
  organization_id: string;
  sequence: number;
  id: string;
  created_at: Date;
  actor_type: string;
  actor_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  outcome: string;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  metadata: Record<string, unknown>;
  previous_hash: Buffer;
  hash: Buffer;
}

export interface ChainHead {
  sequence: number;
  hash: Buffer;
}

export const GENESIS: ChainHead = { sequence: 0, hash: Buffer.alloc(32) };

/** SHA-256 over the hash before and the RFC 8785 form of the row. */
export function chainHash(row: Omit<AuditRow, 'hash' | 'previous_hash'>, previous: Buffer): Buffer {
  const form = canonicalize({ ...row, created_at: row.created_at.toISOString() });
  if (form === undefined) throw new Error('an audit row has no canonical form');
  return createHash('sha256').update(previous).update(form).digest();
}

function actorId(actor: AuditEntry['actor']): string | null {
  if (actor.kind === 'user') return actor.userId;
  return actor.kind === 'service_token' ? actor.tokenId : null;
}

/** The row that follows `head`. */
export function nextRow(head: ChainHead, organizationId: string, entry: AuditEntry, at: Date): AuditRow {
  const { actor } = entry;
  const origin = actor.kind === 'system' ? null : actor.origin;
  const row = {
    organization_id: organizationId,
    sequence: head.sequence + 1,
    id: uuidv7(),
    created_at: at,
    actor_type: actor.kind,
    actor_id: actorId(actor),
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
  return { ...row, previous_hash: head.hash, hash: chainHash(row, head.hash) };
}

import { hash, randomFillSync } from 'node:crypto';
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

type Unchained = Omit<AuditRow, 'hash' | 'previous_hash'>;

/** A row before its place in the chain is known. */
export type Unplaced = Omit<Unchained, 'sequence'>;

/** SHA-256 over the hash before and the RFC 8785 form of the row. */
export function chainHash(row: Unchained, previous: Buffer): Buffer {
  const form = canonicalForm(row);
  const bytes = Buffer.allocUnsafe(previous.length + Buffer.byteLength(form));
  previous.copy(bytes);
  bytes.write(form, previous.length);
  return hash('sha256', bytes, 'buffer');
}

/** The RFC 8785 form of a row. @throws Error for text that could not be stored as it is */
export function canonicalForm(row: Unchained): string {
  return formAround(row).join(String(row.sequence));
}

/**
 * The RFC 8785 form of a row, before and after its number in the chain. The columns are known and stand here in the order of
 * their names; `JSON.stringify` writes text as section 3.2.2 asks, and is several times faster than a writer that has to sort.
 *
 * @throws Error for text that could not be stored as it is
 */
export function formAround(row: Unplaced): [before: string, after: string] {
  const { action, actor_id, actor_type, id, ip, metadata } = row;
  const { organization_id, outcome, request_id, resource_id, resource_type, user_agent } = row;
  if (!`${user_agent ?? ''}${request_id ?? ''}`.isWellFormed())
    throw new Error('an audit row has no canonical form');
  const created_at = row.created_at.toISOString();
  const first = JSON.stringify({ action, actor_id, actor_type, created_at, id, ip });
  const second = JSON.stringify({ organization_id, outcome, request_id, resource_id, resource_type });
  return [
    `${first.slice(0, -1)},"metadata":${canonicalize(metadata)},${second.slice(1, -1)},"sequence":`,
    `,${JSON.stringify({ user_agent }).slice(1)}`,
  ];
}

const POOL = Buffer.alloc(4096);
const RANDOM_BYTES = 16;
/** What a uuid of version 7 has room for. */
const LARGEST_PLACE = 2 ** 31;
let taken = POOL.length;
let made = 0;

/** Sorts by time and then by the order in which rows are made here. Randomness is fetched for many rows at once. */
function rowId(at: Date): string {
  if (taken === POOL.length) {
    randomFillSync(POOL);
    taken = 0;
  }
  const random = POOL.subarray(taken, (taken += RANDOM_BYTES));
  made = (made + 1) % LARGEST_PLACE;
  return uuidv7({ random, msecs: at.getTime(), seq: made });
}

function actorId(actor: AuditEntry['actor']): string | null {
  if (actor.kind === 'user') return actor.userId;
  return actor.kind === 'service_token' ? actor.tokenId : null;
}

/** The row that follows `head`. */
export function nextRow(head: ChainHead, organizationId: string, entry: AuditEntry, at: Date): AuditRow {
  const row = { ...rowOf(organizationId, entry, at), sequence: head.sequence + 1 };
  return { ...row, previous_hash: head.hash, hash: chainHash(row, head.hash) };
}

export function rowOf(organizationId: string, entry: AuditEntry, at: Date): Unplaced {
  const { actor } = entry;
  const origin = actor.kind === 'system' ? null : actor.origin;
  return {
    organization_id: organizationId,
    id: rowId(at),
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
}

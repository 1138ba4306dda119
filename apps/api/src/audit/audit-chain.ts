import { hash, randomFillSync } from 'node:crypto';
import canonicalize from 'canonicalize';
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
export type Unplaced = Omit<Unchained, 'id' | 'sequence'>;

/** Of a UTF-16 code unit. */
const MOST_UTF8_BYTES = 3;
/** Nothing keeps what is written here: a digest is taken of it in the same step. */
const SCRATCH = Buffer.alloc(16_384);

/** SHA-256 over the hash before and the RFC 8785 form of the row. */
export function chainHash(row: Unchained, previous: Buffer): Buffer {
  const form = canonicalForm(row);
  const most = previous.length + MOST_UTF8_BYTES * form.length;
  const bytes = most <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(most);
  previous.copy(bytes);
  const length = previous.length + bytes.write(form, previous.length);
  return hash('sha256', bytes.subarray(0, length), 'buffer');
}

/** The RFC 8785 form of a row. @throws Error for text that could not be stored as it is */
export function canonicalForm(row: Unchained): string {
  const [before, between, after] = formAround(row);
  return `${before}${row.id}${between}${row.sequence}${after}`;
}

/**
 * The RFC 8785 form of a row, before, between and after its id and its number in the chain. The columns are known and stand
 * here in the order of their names; `JSON.stringify` writes text as section 3.2.2 asks, and is several times faster than a
 * writer that has to sort.
 *
 * @throws Error for text that could not be stored as it is
 */
export function formAround(row: Unplaced): [before: string, between: string, after: string] {
  const { action, actor_id, actor_type, ip, metadata } = row;
  const { organization_id, outcome, request_id, resource_id, resource_type, user_agent } = row;
  if (!`${user_agent ?? ''}${request_id ?? ''}`.isWellFormed())
    throw new Error('an audit row has no canonical form');
  const created_at = row.created_at.toISOString();
  const first = JSON.stringify({ action, actor_id, actor_type, created_at });
  const second = JSON.stringify({ organization_id, outcome, request_id, resource_id, resource_type });
  return [
    `${first.slice(0, -1)},"id":"`,
    `","ip":${JSON.stringify(ip)},"metadata":${canonicalize(metadata)},${second.slice(1, -1)},"sequence":`,
    `,"user_agent":${JSON.stringify(user_agent)}}`,
  ];
}

const POOL = Buffer.alloc(4096);
const RANDOM_BYTES = 4;
let taken = POOL.length;

/**
 * A row's id before and after its place in the chain, by which it sorts after the time (a uuid of version 7; RFC 9562,
 * section 6.2). Randomness is fetched for many rows at once.
 */
export function idAround(at: Date): [time: string, random: string] {
  if (taken === POOL.length) {
    randomFillSync(POOL);
    taken = 0;
  }
  const time = at.getTime().toString(16).padStart(12, '0');
  const random = POOL.toString('hex', taken, (taken += RANDOM_BYTES));
  return [`${time.slice(0, 8)}-${time.slice(8)}`, random];
}

/** Digits of the number in the chain in an id, in hexadecimal. */
export const ID_DIGITS = 10;

/** As the statement that finds the place writes it; see `AuditRepository.follow`. */
function rowId(at: Date, sequence: number): string {
  const [time, random] = idAround(at);
  const place = sequence.toString(16).padStart(ID_DIGITS, '0');
  return `${time}-7${place.slice(0, 3)}-8${place.slice(3, 6)}-${place.slice(6)}${random}`;
}

function actorId(actor: AuditEntry['actor']): string | null {
  if (actor.kind === 'user') return actor.userId;
  return actor.kind === 'service_token' ? actor.tokenId : null;
}

/** The row that follows `head`. */
export function nextRow(head: ChainHead, organizationId: string, entry: AuditEntry, at: Date): AuditRow {
  const sequence = head.sequence + 1;
  const row = { ...rowOf(organizationId, entry, at), id: rowId(at, sequence), sequence };
  return { ...row, previous_hash: head.hash, hash: chainHash(row, head.hash) };
}

/** What is known of a row before its place is. */
export function rowOf(organizationId: string, entry: AuditEntry, at: Date): Unplaced {
  const { actor } = entry;
  const origin = actor.kind === 'system' ? null : actor.origin;
  return {
    organization_id: organizationId,
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

import { AppError } from './app-error.js';

/** `own`: only what the actor made; `teams`: only what belongs to a team of the actor's. */
export type PermissionScope = 'all' | 'teams' | 'own';

/** The organisation that installation-wide events belong to. */
export const NIL_ORGANIZATION = '00000000-0000-0000-0000-000000000000';

/** Where a call came from, for the audit trail. */
export interface RequestOrigin {
  ip: string | null;
  userAgent: string | null;
  requestId: string | null;
}

/** Who acts: a person in a session, with what the session's organisation lets them do at this moment. */
export interface Actor {
  kind: 'user';
  userId: string;
  sessionId: string;
  organizationId: string | null;
  role: string | null;
  isSuperAdmin: boolean;
  teamIds: string[];
  permissions: ReadonlyMap<string, PermissionScope>;
  origin: RequestOrigin;
}

/** A program with a service token, and what the token is narrowed to. */
export interface ProgramActor {
  kind: 'service_token';
  tokenId: string;
  tokenName: string;
  organizationId: string;
  scopes: ReadonlySet<string>;
  /** null: every integration of the organisation. */
  integrationIds: ReadonlySet<string> | null;
  integrationTypeIds: ReadonlySet<string> | null;
  origin: RequestOrigin;
}

/** Who reads: a person or a program. */
export type AnyActor = Actor | ProgramActor;

/** Latchkey itself, acting on its schedule. */
export interface SystemActor {
  kind: 'system';
  component: string;
}

/** The organisation the actor works in. @throws AppError FORBIDDEN when the session has none. */
export function organizationOf(actor: AnyActor): string {
  if (!actor.organizationId) {
    throw new AppError('FORBIDDEN', 'You are in no organisation. Create one or accept an invitation first.');
  }
  return actor.organizationId;
}

export interface Owned {
  createdById: string | null;
  teamIds: string[];
}

/** True when the permission's scope reaches this resource; programs hold no permissions. */
export function permits(actor: AnyActor, permission: string, resource: Owned): boolean {
  if (actor.kind === 'service_token') return false;
  const scope = actor.permissions.get(permission);
  if (scope === 'all') return true;
  if (scope === 'own') return resource.createdById === actor.userId;
  if (scope === 'teams') return resource.teamIds.some((team) => actor.teamIds.includes(team));
  return false;
}

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Actor, PermissionScope } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import type { AccessClaims } from './access-tokens.js';
import { SessionsRepository } from './sessions.repository.js';

/** An actor without the call: who the token speaks for, and when that must be asked again. */
export type Principal = Omit<Actor, 'origin'> & { validUntil: number };

/** How long a session and its permissions are believed without asking the database. */
const LIFETIME_MS = 1000;
const TOKENS_IN_MEMORY = 20_000;

/**
 * Finds who a token speaks for, now: the session must live, and role and permissions are those of this moment.
 * Answers are kept for a second, so a revocation reaches every replica within that time.
 */
@Injectable()
export class PrincipalsService {
  private readonly recent = new LRUCache<string, Principal>({ max: TOKENS_IN_MEMORY });

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
  ) {}

  recall(token: string): Principal | undefined {
    const principal = this.recent.get(token);
    return principal && principal.validUntil > this.clock.now() ? principal : undefined;
  }

  remember(token: string, principal: Principal): void {
    this.recent.set(token, principal);
  }

  /** At once in this process; the others follow within a second. */
  forgetSession(sessionId: string): void {
    for (const [token, principal] of this.recent.entries()) {
      if (principal.sessionId === sessionId) this.recent.delete(token);
    }
  }

  async load(claims: AccessClaims): Promise<Principal | undefined> {
    const asked = this.clock.now();
    const found = await this.find(claims.sid, claims.sub, claims.org ?? null);
    return found && { ...found, validUntil: Math.min(asked + LIFETIME_MS, claims.exp * 1000) };
  }

  /**
   * Who began something in a session and comes back from elsewhere without a token, as they are at this moment.
   * @returns undefined when the session has ended or the account is off; no role when they left the organisation.
   */
  async find(
    sessionId: string,
    userId: string,
    organizationId: string | null,
  ): Promise<Omit<Actor, 'origin'> | undefined> {
    const row = await this.sessions.findPrincipal(sessionId, userId, organizationId, this.clock.date());
    if (!row) return undefined;
    return {
      kind: 'user',
      userId,
      sessionId,
      organizationId: row.role === null ? null : organizationId,
      role: row.role,
      isSuperAdmin: row.is_super_admin,
      teamIds: row.team_ids,
      permissions: new Map(Object.entries(row.permissions) as [string, PermissionScope][]),
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, NIL_ORGANIZATION, type RequestOrigin } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { newId } from '../common/new-id.js';
import { Database, enterOrganization } from '../database/database.js';
import { RefreshTokens } from './refresh-tokens.js';
import { PrincipalsService } from './principals.service.js';
import { type RefreshTokenRow, SessionsRepository } from './sessions.repository.js';

/** A client that never got the answer may ask again with the token it used. */
const GRACE_MS = 10_000;

/** A living session and the refresh token that continues it. */
export interface Continuation {
  sessionId: string;
  userId: string;
  organizationId: string | null;
  refreshToken: string;
}

type Rotation =
  | { outcome: 'continued'; continuation: Continuation }
  | { outcome: 'unknown' }
  | { outcome: 'reused'; token: RefreshTokenRow };

/**
 * Sign-ins and their refresh tokens. A token works once; its successor is derived from it, so that a repeat
 * within the grace gets the same one and the family cannot fork. Any other repeat ends the session: somebody
 * has a copy (RFC 9700 section 4.14.2).
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly repository: SessionsRepository,
    private readonly principals: PrincipalsService,
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly tokens: RefreshTokens,
    private readonly clock: Clock,
  ) {}

  /** Writes a new session in the transaction of the sign-in. */
  async open(
    manager: EntityManager,
    userId: string,
    organizationId: string | null,
    origin: RequestOrigin,
  ): Promise<Continuation> {
    const sessionId = newId();
    const now = this.clock.date();
    const refreshToken = this.tokens.make();
    await this.repository.insert(manager, {
      id: sessionId,
      userId,
      organizationId,
      ip: origin.ip,
      userAgent: origin.userAgent,
      createdAt: now,
      expiresAt: this.tokens.expiry(),
    });
    await this.repository.insertToken(manager, this.tokens.hash(refreshToken), sessionId, now);
    return { sessionId, userId, organizationId, refreshToken };
  }

  /** @throws AppError UNAUTHENTICATED for a token that is not ours, TOKEN_REUSED for one that was used. */
  async rotate(refreshToken: string, origin: RequestOrigin): Promise<Continuation> {
    const rotation: Rotation = this.tokens.isWellFormed(refreshToken)
      ? await this.database.global((manager) => this.tryRotate(manager, refreshToken, origin))
      : { outcome: 'unknown' };
    switch (rotation.outcome) {
      case 'continued':
        return rotation.continuation;
      case 'unknown':
        throw new AppError('UNAUTHENTICATED', 'Your session has ended. Sign in again.');
      case 'reused':
        await this.endStolen(rotation.token, origin);
        throw new AppError(
          'TOKEN_REUSED',
          'This refresh token was used before, so somebody may have a copy of it. The session was ended; sign in again.',
        );
    }
  }

  /** Ends the actor's session: at once here, within a second on every replica. */
  async end(actor: Actor, reason: string): Promise<void> {
    const organization = actor.organizationId ?? NIL_ORGANIZATION;
    await this.database.tenant(organization, async (manager) => {
      await this.repository.revoke(manager, actor.sessionId, this.clock.date(), reason);
      await this.audit.record(manager, organization, {
        actor,
        action: 'session.ended',
        resourceType: 'session',
        resourceId: actor.sessionId,
        outcome: 'success',
      });
    });
    this.principals.forgetSession(actor.sessionId);
  }

  private async tryRotate(
    manager: EntityManager,
    refreshToken: string,
    origin: RequestOrigin,
  ): Promise<Rotation> {
    const now = this.clock.date();
    const token = await this.repository.lockToken(manager, this.tokens.hash(refreshToken), now);
    if (!token) return { outcome: 'unknown' };
    const successor = this.tokens.successor(refreshToken);
    const continuation = {
      sessionId: token.session_id,
      userId: token.user_id,
      organizationId: token.organization_id,
      refreshToken: successor,
    };
    if (token.used_at) {
      const sameClient = token.used_by_ip === origin.ip && token.used_by_user_agent === origin.userAgent;
      const inTime = now.getTime() - token.used_at.getTime() <= GRACE_MS;
      return sameClient && inTime ? { outcome: 'continued', continuation } : { outcome: 'reused', token };
    }
    await this.repository.markUsed(manager, this.tokens.hash(refreshToken), now, origin.ip, origin.userAgent);
    await this.repository.insertToken(manager, this.tokens.hash(successor), token.session_id, now);
    await this.repository.extend(manager, token.session_id, now, this.tokens.expiry());
    const organization = token.organization_id ?? NIL_ORGANIZATION;
    await enterOrganization(manager, organization);
    await this.audit.record(manager, organization, {
      actor: { kind: 'user', userId: token.user_id, origin },
      action: 'session.refreshed',
      resourceType: 'session',
      resourceId: token.session_id,
      outcome: 'success',
    });
    return { outcome: 'continued', continuation };
  }

  private async endStolen(token: RefreshTokenRow, origin: RequestOrigin): Promise<void> {
    const organization = token.organization_id ?? NIL_ORGANIZATION;
    await this.database.tenant(organization, async (manager) => {
      await this.repository.revoke(manager, token.session_id, this.clock.date(), 'refresh token reused');
      await this.audit.record(manager, organization, {
        actor: { kind: 'anonymous', origin },
        action: 'session.refresh_token_reused',
        resourceType: 'session',
        resourceId: token.session_id,
        outcome: 'blocked',
        metadata: { user_id: token.user_id },
      });
    });
    this.principals.forgetSession(token.session_id);
  }
}

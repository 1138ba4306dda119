import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, NIL_ORGANIZATION, type RequestOrigin } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Database, enterOrganization } from '../database/database.js';
import { IdentityService } from '../identity/identity.service.js';
import type { LoginDto } from './auth.dto.js';
import { LoginFailuresService } from './login-failures.service.js';
import { PasswordsService } from './passwords.service.js';
import { type Continuation, SessionsService } from './sessions.service.js';

const WRONG = 'The e-mail address or the password is wrong.';

/** Signing in and out. */
@Injectable()
export class AuthService {
  constructor(
    private readonly identity: IdentityService,
    private readonly passwords: PasswordsService,
    private readonly failures: LoginFailuresService,
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
    private readonly database: Database,
  ) {}

  /** @throws AppError INVALID_CREDENTIALS (alike and in the same time for unknown addresses), ACCOUNT_LOCKED, RATE_LIMITED */
  async login(dto: LoginDto, origin: RequestOrigin): Promise<Continuation> {
    await this.failures.refuseWhenLocked(dto.email, origin.ip);
    const user = await this.identity.findUserByEmail(dto.email);
    const matches = await this.passwords.matches(dto.password, user?.passwordHash ?? null);
    // Again: guesses that came at once with this one were counted while it waited for its turn to be hashed.
    await this.failures.refuseWhenLocked(dto.email, origin.ip);
    if (!user || !matches || !user.isActive) {
      await this.failures.record(dto.email, origin.ip, user?.email ?? null);
      await this.recordFailure(user?.id ?? null, origin);
      throw new AppError('INVALID_CREDENTIALS', WRONG);
    }
    const upgraded = this.passwords.isOutdated(user.passwordHash ?? '')
      ? await this.passwords.hash(dto.password)
      : undefined;
    const [active] = await this.identity.membershipsOf(user.id);
    return this.database.global(async (manager) => {
      await this.identity.recordLogin(manager, user.id, upgraded);
      await this.failures.clear(manager, dto.email);
      const opened = await this.sessions.open(manager, user.id, active?.id ?? null, origin);
      const organization = active?.id ?? NIL_ORGANIZATION;
      await enterOrganization(manager, organization);
      await this.audit.record(manager, organization, {
        actor: { kind: 'user', userId: user.id, origin },
        action: 'session.started',
        resourceType: 'session',
        resourceId: opened.sessionId,
        outcome: 'success',
      });
      return opened;
    });
  }

  async logout(actor: Actor): Promise<Record<string, never>> {
    await this.sessions.end(actor, 'signed out');
    return {};
  }

  private async recordFailure(userId: string | null, origin: RequestOrigin): Promise<void> {
    const [membership] = userId ? await this.identity.membershipsOf(userId) : [];
    await this.audit.recordAlone(membership?.id ?? null, {
      actor: { kind: 'anonymous', origin },
      action: 'session.refused',
      resourceType: 'user',
      resourceId: userId,
      outcome: 'failure',
    });
  }
}

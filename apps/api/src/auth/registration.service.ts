import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { NIL_ORGANIZATION, type RequestOrigin } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { newId } from '../common/new-id.js';
import { Environment } from '../config/environment.js';
import { Database, enterOrganization } from '../database/database.js';
import { IdentityService } from '../identity/identity.service.js';
import type { RegisterDto } from './auth.dto.js';
import { PasswordsService } from './passwords.service.js';
import { type Continuation, SessionsService } from './sessions.service.js';

/** New accounts. The first of an installation becomes its super admin. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly identity: IdentityService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly environment: Environment,
  ) {}

  /** @throws AppError VALIDATION_FAILED, CONFLICT (address taken), FORBIDDEN (registration is not open) */
  async register(dto: RegisterDto, origin: RequestOrigin): Promise<Continuation> {
    this.passwords.check(dto.password, 'password', [dto.email, dto.full_name]);
    await this.refuseWhenClosed();
    const passwordHash = await this.passwords.hash(dto.password);
    const userId = newId();
    const organization = dto.organization_name
      ? await this.identity.prepareOrganization(dto.organization_name.trim(), userId)
      : undefined;
    const organizationId = organization?.id ?? null;
    return this.database.global(async (manager) => {
      const isFirst = await this.identity.claimFirstAccount(manager);
      if (!isFirst && this.environment.registration !== 'open') throw this.closed();
      await this.identity.createUser(manager, {
        id: userId,
        email: dto.email,
        passwordHash,
        fullName: dto.full_name.trim(),
        isSuperAdmin: isFirst,
      });
      if (organization) await organization.write(manager);
      else await enterOrganization(manager, NIL_ORGANIZATION);
      const opened = await this.sessions.open(manager, userId, organizationId, origin);
      await this.audit.record(manager, organizationId ?? NIL_ORGANIZATION, {
        actor: { kind: 'user', userId, origin },
        action: 'user.registered',
        resourceType: 'user',
        resourceId: userId,
        outcome: 'success',
        metadata: { organization_created: organizationId !== null, super_admin: isFirst },
      });
      return opened;
    });
  }

  private async refuseWhenClosed(): Promise<void> {
    if (this.environment.registration !== 'open' && (await this.identity.hasUsers())) throw this.closed();
  }

  private closed(): AppError {
    return new AppError(
      'FORBIDDEN',
      'Registration is not open here. Ask an administrator for an invitation.',
    );
  }
}

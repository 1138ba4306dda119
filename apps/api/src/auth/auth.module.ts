import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AuditModule } from '../audit/audit.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { MailModule } from '../mail/mail.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { AccessGuard } from './access.guard.js';
import { AccessTokens } from './access-tokens.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { BearerGuard } from './bearer.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LoginFailuresService } from './login-failures.service.js';
import { PasswordsService } from './passwords.service.js';
import { PrincipalsService } from './principals.service.js';
import { ProfileService } from './profile.service.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RefreshTokens } from './refresh-tokens.js';
import { RegistrationService } from './registration.service.js';
import { SessionUpkeep } from './session-upkeep.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [PassportModule, IdentityModule, VaultModule, AuditModule, MailModule],
  controllers: [AuthController],
  providers: [
    AccessGuard,
    // One instance, since the proxy's route asks it too.
    { provide: APP_GUARD, useExisting: AccessGuard },
    AccessTokens,
    AuthService,
    BearerGuard,
    JwtStrategy,
    LoginFailuresService,
    PasswordsService,
    PrincipalsService,
    ProfileService,
    RefreshCookie,
    RefreshTokens,
    RegistrationService,
    SessionUpkeep,
    SessionsRepository,
    SessionsService,
  ],
  exports: [PrincipalsService],
})
export class AuthModule {}
